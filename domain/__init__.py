"""Scheduling as a pure model: entities, rules, conflict detection and the facts they leave behind."""
