"""Prints what CPython's own parser finds in the files whose names come on standard input."""
import ast, json, sys, warnings

warnings.simplefilter("ignore")


def targets(node):
    if isinstance(node, ast.Name):
        yield node
    elif isinstance(node, (ast.Tuple, ast.List)):
        for element in node.elts:
            yield from targets(element)
    elif isinstance(node, ast.Starred):
        yield from targets(node.value)


def inner(statement):
    """The statements of a block that opens no scope of its own."""
    for field in ("body", "handlers", "orelse", "finalbody", "cases"):
        for child in getattr(statement, field, None) or []:
            yield child


def definitions(body, container, assigned, found):
    prefix = container + "." if container else ""
    for node in body:
        if isinstance(node, ast.ClassDef):
            found.append((name_line(node), prefix + node.name, "class"))
            definitions(node.body, prefix + node.name, assigned, found)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found.append((name_line(node), prefix + node.name, "method" if container else "function"))
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            nodes = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in (name for each in nodes for name in targets(each)):
                key = (container, target.id)
                if key not in assigned:
                    assigned.add(key)
                    found.append((target.lineno, prefix + target.id, "variable"))
        else:
            definitions(inner(node), container, assigned, found)


def name_line(node):
    """A definition begins at its first line after the decorators."""
    return node.lineno


def imports(tree, found):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.extend((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.append((node.lineno, "." * node.level + (node.module or "")))
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            callee = getattr(node.func, "attr", getattr(node.func, "id", None))
            if callee in ("import_module", "__import__") and isinstance(node.args[0].value, str):
                found.append((node.lineno, node.args[0].value))


for path in sys.stdin.read().split("\n"):
    try:
        with open(path, encoding="utf-8") as file:
            tree = ast.parse(file.read())
    except (SyntaxError, ValueError, UnicodeDecodeError, OSError, RecursionError):
        continue
    found = {"imports": [], "definitions": []}
    imports(tree, found["imports"])
    definitions(tree.body, "", set(), found["definitions"])
    print(json.dumps({
        "path": path,
        "imports": [f"{line} {name}" for line, name in found["imports"]],
        "definitions": [f"{line} {name} {kind}" for line, name, kind in found["definitions"]],
    }))
