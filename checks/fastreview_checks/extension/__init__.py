"""Beyond one service: reusable parts and packaged plugins. Shown in the profile, never part of the level."""
