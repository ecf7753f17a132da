"""Recurrent nets as chains of Jacobians; this room is still empty."""
