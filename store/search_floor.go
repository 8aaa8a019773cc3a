package store

// SameFloor is the Match from which on two questions are taken to ask the same.
const SameFloor = 0.6
