"""Networks at their published size, written out as torchvision 0.28 defines them: ResNet-18 and -50, VGG-11 and -16, ViT-B/16."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import nn

CLASSES = 1000


def convolution(inputs: int, outputs: int, side: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, side, stride, padding=side // 2, bias=False)


class Residual(nn.Module):
    """Two convolutions, or three with a narrow one in the middle, beside a shortcut."""

    def __init__(self, inputs: int, width: int, stride: int, bottleneck: bool) -> None:
        super().__init__()
        outputs = 4 * width if bottleneck else width
        sides, widths = ((1, 3, 1), (inputs, width, width, outputs)) if bottleneck else ((3, 3), (inputs, width, width))
        at = 1 if bottleneck else 0  # the convolution that has the stride
        layers: list[nn.Module] = []
        for place, side in enumerate(sides):
            step = stride if place == at else 1
            layers += [convolution(widths[place], widths[place + 1], side, step), nn.BatchNorm2d(widths[place + 1])]
            layers += [nn.ReLU()] if place + 1 < len(sides) else []
        self.inner = nn.Sequential(*layers)
        same = stride == 1 and inputs == outputs
        self.shortcut = (
            nn.Identity() if same else nn.Sequential(convolution(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs))
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.inner(x) + self.shortcut(x))


def resnet(depths: tuple[int, ...], bottleneck: bool) -> nn.Module:
    blocks: list[nn.Module] = []
    inputs = 64
    for stage, depth in enumerate(depths):
        for place in range(depth):
            width = 64 * 2**stage
            blocks.append(Residual(inputs, width, 2 if stage and not place else 1, bottleneck))
            inputs = 4 * width if bottleneck else width
    front = convolution(3, 64, 7, 2), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1)
    module = nn.Sequential(*front, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, CLASSES))
    return drawn(module)


def vgg16() -> nn.Module:
    layers: list[nn.Module] = []
    inputs = 3
    for width, depth in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(depth):
            layers += [nn.Conv2d(inputs, width, 3, padding=1), nn.ReLU()]
            inputs = width
        layers.append(nn.MaxPool2d(2, 2))
    layers += [nn.AdaptiveAvgPool2d(7), nn.Flatten()]
    for width in (7 * 7 * 512, 4096):
        layers += [nn.Linear(width, 4096), nn.ReLU(), nn.Dropout()]
    module = drawn(nn.Sequential(*layers, nn.Linear(4096, CLASSES)))
    for part in module.modules():
        if isinstance(part, nn.Linear):
            nn.init.normal_(part.weight, 0, 0.01)
            nn.init.zeros_(part.bias)
    return module


def vgg11() -> nn.Module:
    """VGG-11 for images of 32 × 32 pixels in ten classes: torchvision's convolutions, and one linear layer."""
    layers: list[nn.Module] = [nn.Unflatten(1, (3, 32, 32))]
    inputs = 3
    for widths in ((64,), (128,), (256, 256), (512, 512), (512, 512)):
        for width in widths:
            layers += [nn.Conv2d(inputs, width, 3, padding=1), nn.ReLU()]
            inputs = width
        layers.append(nn.MaxPool2d(2, 2))
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(inputs, 10))


def drawn(module: nn.Module) -> nn.Module:
    for part in module.modules():
        if isinstance(part, nn.Conv2d):
            nn.init.kaiming_normal_(part.weight, mode="fan_out", nonlinearity="relu")
            if part.bias is not None:
                nn.init.zeros_(part.bias)
    return module


class Encoder(nn.Module):
    """A block of a transformer: attention and an MLP, each behind a normalisation and beside a shortcut."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(width, eps=1e-6)
        self.self_attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        for part in (self.mlp[0], self.mlp[2]):
            nn.init.xavier_uniform_(part.weight)
            nn.init.normal_(part.bias, std=1e-6)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        n = self.ln_1(x)
        x = x + self.self_attention(n, n, n, need_weights=False)[0]
        return x + self.mlp(self.ln_2(x))


class VisionTransformer(nn.Module):
    """ViT-B/16; its head is drawn as any linear layer, as with torchvision's, which begins at 0, all of SNIP's scores are 0."""

    def __init__(self, width: int = 768, heads: int = 12, depth: int = 12, patch: int = 16, side: int = 224) -> None:
        super().__init__()
        self.conv_proj = nn.Conv2d(3, width, patch, patch)
        nn.init.trunc_normal_(self.conv_proj.weight, std=(3 * patch**2) ** -0.5)
        nn.init.zeros_(self.conv_proj.bias)
        self.class_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embedding = nn.Parameter(torch.empty(1, 1 + (side // patch) ** 2, width).normal_(std=0.02))
        layers = OrderedDict((f"encoder_layer_{place}", Encoder(width, heads)) for place in range(depth))
        self.layers, self.ln, self.head = (
            nn.Sequential(layers),
            nn.LayerNorm(width, eps=1e-6),
            nn.Linear(width, CLASSES),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv_proj(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.class_token.expand(len(x), -1, -1), x], dim=1) + self.pos_embedding
        return self.head(self.ln(self.layers(x))[:, 0])


BUILDS = {
    "ResNet-18": lambda: resnet((2, 2, 2, 2), bottleneck=False),
    "ResNet-50": lambda: resnet((3, 4, 6, 3), bottleneck=True),
    "VGG-16": vgg16,
    "ViT-B/16": VisionTransformer,
}
PARAMETERS = {
    "ResNet-18": 11_689_512,
    "ResNet-50": 25_557_032,
    "VGG-16": 138_357_544,
    "ViT-B/16": 86_567_656,
}  # torchvision's
SIDES = {
    "ResNet-18": 64,
    "ResNet-50": 64,
    "VGG-16": 64,
    "ViT-B/16": 224,
}  # of images: those of other sides go through a ResNet, too


def built(name: str) -> nn.Module:
    torch.manual_seed(0)
    return BUILDS[name]()


def images(name: str, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    rng = torch.Generator().manual_seed(1)
    return torch.randn(count, 3, SIDES[name], SIDES[name], generator=rng), torch.randint(
        CLASSES, (count,), generator=rng
    )
