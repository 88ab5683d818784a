"""Lifted perceptron modules on arrays: random sparse lifts, what they contain, their gradient flow and its bounds."""
