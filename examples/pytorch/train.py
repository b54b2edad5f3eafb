"""Trains a small network on `digits.npz`, and exports it: `digits.pt2`.

Run with PyTorch's Python: `python train.py`; it needs torch and numpy alone.
"""

import numpy as np
import torch
from torch import nn


class Net(nn.Module):
    """Two convolutions, one of them depthwise, and a dense layer; 8 x 8 pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1, bias=False),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2, padding=1),
            nn.Conv2d(16, 16, 3, padding=1, groups=16),
            nn.Conv2d(16, 32, 1),
            nn.BatchNorm2d(32),
            nn.Hardswish(),
            nn.AdaptiveAvgPool2d(2),
        )
        self.classes = nn.Linear(32 * 2 * 2, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Ten numbers for each image, of which the largest is the answer."""
        return self.classes(self.features(x).flatten(1))


def as_tensor(images: np.ndarray) -> torch.Tensor:
    """Pixels 0 to 255, N x H x W x 1, as PyTorch has them: 0 to 1, N x 1 x H x W."""
    return torch.from_numpy(images.transpose(0, 3, 1, 2).astype(np.float32) / 255)


torch.manual_seed(1)
data = np.load("digits.npz")
x, y = as_tensor(data["x_train"]), torch.from_numpy(data["y_train"]).long()
model = Net()
optimizer = torch.optim.Adam(model.parameters(), 2e-3)
for _ in range(40):
    for rows in torch.randperm(len(x)).split(64):
        loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

model.eval()
answers = model(as_tensor(data["x_test"])).argmax(1).numpy()
print(f"right: {np.mean(answers == data['y_test'].ravel()):.2%} of the test images")
program = torch.export.export(model, (torch.zeros(1, 1, 8, 8),))
torch.export.save(program, "digits.pt2")
