"""Networks on the Hugging Face hub: a project goes up with its numbers, one comes down.

What is pushed is the int8 `.tflite` of a build, with a card that says what was found of
it. What is pulled is any network that `tinycnn import` takes.
"""

from tinycnn.hub.card import render_card
from tinycnn.hub.pulling import Wanted, pull_network
from tinycnn.hub.pushing import Pushed, push_project

__all__ = ["Pushed", "Wanted", "pull_network", "push_project", "render_card"]
