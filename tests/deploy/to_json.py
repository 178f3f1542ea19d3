"""Prints the documents of a YAML file as JSON; CloudFormation's short forms (!Ref, !Sub) in their long ones."""

import json
import sys

import yaml


def long_form(loader, name, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": value}


yaml.SafeLoader.add_multi_constructor("!", long_form)
with open(sys.argv[1], encoding="utf-8") as file:
    print(json.dumps([document for document in yaml.safe_load_all(file) if document]))
