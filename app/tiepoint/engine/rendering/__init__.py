"""The software renderer: pictures of models and clouds without a display or a graphics card.

Must not read job folders or know about stages; `tiepoint.engine.render` is its door. Any thread.
"""
