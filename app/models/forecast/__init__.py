"""Files of a model's true shape with random weights: what its passes cost here can be measured before it is fetched."""
