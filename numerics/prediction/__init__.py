"""What pruning at initialisation keeps: saliency scores, the law of a first layer, the law of all layers, torch modules, forecasts."""
