"""What a run of many heads leaves."""

#: In the work folder: what each head came to.
HEADS = 'heads.json'
