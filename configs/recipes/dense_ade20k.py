"""ADE20K: models of mmseg with a tuned backbone."""

from mmvpt.config import Recipe

ROWS = {
    'fcn_full_ade20k': Recipe('fcn_r50_ade20k', tuner='full'),
    'fcn_linear_ade20k': Recipe('fcn_r50_ade20k', tuner='linear'),
    'upernet_full_ade20k': Recipe('upernet_r50_ade20k', tuner='full'),
    'upernet_linear_ade20k': Recipe('upernet_r50_ade20k', tuner='linear'),
    'upernet_siglip_vpt_ade20k': Recipe('upernet_siglip_ade20k', tuner='vpt'),
    'upernet_swin-b_e2vpt_ade20k': Recipe('upernet_swin-b_ade20k', tuner='e2vpt'),
    'upernet_swin-b_linear_ade20k': Recipe('upernet_swin-b_ade20k', tuner='linear'),
    'upernet_swin-b_vpt_ade20k': Recipe('upernet_swin-b_ade20k', tuner='vpt'),
    'upernet_vit-b_linear_ade20k': Recipe('upernet_vit-b_ade20k', tuner='linear'),
    'upernet_vit-b_vpt_ade20k': Recipe('upernet_vit-b_ade20k', tuner='vpt'),
}
