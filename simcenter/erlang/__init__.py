"""erlang"""
