"""How do outside files become records?"""
