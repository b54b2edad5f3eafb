"""What a model needs and what it sees: cost, fit on boards, geometry of its layers."""
