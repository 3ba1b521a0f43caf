"""The door of agents and supervisors: what they need while somebody is on the line."""
