# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random programs of loops and branches on tensors, in the dlc dialect, and what
they compute.

All elements are i32 and wrap round, so results are exact. Loops carry tensors
that they swap, yield twice, pass through, view, transpose, update in part;
bodies use what is around them; conditions depend on data, trip counts on data
and on an open size. `make(seed)` gives the text and a function of NumPy arrays.
"""
import random

import numpy as np

BINARY = {"add": np.add, "sub": np.subtract, "mul": np.multiply,
          "max": np.maximum}


def text_of(shape):
    dims = "x".join("?" if d == "n" else str(d) for d in shape)
    encoding = ""
    if "n" in shape:
        encoding = ", #dlc.dims<%s>" % ", ".join(
            "s0" if d == "n" else str(d) for d in shape)
    return "tensor<%s%si32%s>" % (dims, "x" if shape else "", encoding)


class Value:
    def __init__(self, name, shape, is_carried=False):
        self.name, self.shape, self.is_carried = name, shape, is_carried


class Program:
    """Statements are pairs: lines of text, and a function of the environment,
    which maps names to arrays."""

    def __init__(self, seed, size=10):
        self.rng = random.Random(seed)
        self.count = 0
        self.budget = size
        # Some are large enough for threads to share.
        r, c = self.rows, self.columns = self.rng.choice(
            [(2, 3), (2, 3), (5, 16), (70, 130)])
        self.shapes = [(), (c,), (2 * c,), (r, c), (c, r), (4, r, c), ("n", c)]
        self.inputs = [Value("%%in%d" % k, shape)
                       for k, shape in enumerate(self.shapes)]
        scope = list(self.inputs)
        self.body = self.statements(scope, [], depth=0, count=4)
        fresh = scope[len(self.inputs):] or scope
        self.outputs = [self.rng.choice(fresh) for _ in range(3)]
        if self.rng.random() < 0.2:
            self.outputs[0] = self.rng.choice(self.inputs)

    def name(self):
        self.count += 1
        return "%%v%d" % self.count

    def pick(self, scope, shape=None):
        fitting = [v for v in scope if shape is None or v.shape == shape]
        # What was made last, rather often.
        return self.rng.choice(fitting[-4:] if self.rng.random() < 0.6
                               else fitting)

    # Ops.

    def op(self, scope, lines, run, shape):
        result = Value(self.name(), shape)
        scope.append(result)
        return result, lines, run

    def elementwise(self, scope, positions):
        kind = self.rng.choice(sorted(BINARY))
        a = self.pick(scope)
        b = self.pick(scope, a.shape if self.rng.random() < 0.8 else ())
        result = Value(self.name(), a.shape)
        scope.append(result)
        line = "%s = dlc.%s %s, %s : (%s, %s) -> %s" % (
            result.name, kind, a.name, b.name, text_of(a.shape),
            text_of(b.shape), text_of(result.shape))

        def run(env):
            env[result.name] = BINARY[kind](env[a.name], env[b.name])
        return [([line], run)]

    def unary(self, scope, name, shape, attributes, target, function):
        x = self.pick(scope, shape)
        result = Value(self.name(), target)
        scope.append(result)
        line = "%s = dlc.%s %s%s : (%s) -> %s" % (
            result.name, name, x.name, attributes, text_of(shape),
            text_of(target))

        def run(env):
            env[result.name] = function(env[x.name])
        return [([line], run)]

    def view(self, scope, positions):
        r, c = self.rows, self.columns
        slices = " {starts = array<i64: %d>, sizes = array<i64: %d>, " \
            "steps = array<i64: %d>}"
        return self.unary(scope, *self.rng.choice([
            ("transpose", (r, c), " {perm = array<i64: 1, 0>}", (c, r),
             lambda x: x.T),
            ("transpose", (c, r), " {perm = array<i64: 1, 0>}", (r, c),
             lambda x: x.T),
            ("reshape", (r, c), "", (c, r), lambda x: x.reshape(c, r)),
            ("reshape", (c, r), "", (r, c), lambda x: x.reshape(r, c)),
            ("slice", (2 * c,), slices % (2, c, 1), (c,),
             lambda x: x[2:2 + c]),
            ("slice", (2 * c,), slices % (2 * c - 1, 2 * c, -1), (2 * c,),
             lambda x: x[::-1]),
            ("expand", (c,), "", (r, c), lambda x: np.broadcast_to(x, (r, c))),
            ("reduce_sum", (r, c), " {axes = array<i64: 0>}", (c,),
             lambda x: x.sum(0, dtype=np.int32)),
            ("reduce_sum", ("n", c), " {axes = array<i64: 0>}", (c,),
             lambda x: x.sum(0, dtype=np.int32))]))

    def join(self, scope, positions):
        part, whole = (self.columns,), (2 * self.columns,)
        a, b = self.pick(scope, part), self.pick(scope, part)
        result = Value(self.name(), whole)
        scope.append(result)
        line = "%s = dlc.concat %s, %s {axis = 0 : i64} : (%s, %s) -> %s" % (
            result.name, a.name, b.name, text_of(part), text_of(part),
            text_of(whole))

        def run(env):
            env[result.name] = np.concatenate([env[a.name], env[b.name]])
        return [([line], run)]

    def product(self, scope, positions):
        r, c = self.rows, self.columns
        a, b = self.pick(scope, (r, c)), self.pick(scope, (c, r))
        square, result = Value(self.name(), (r, r)), Value(self.name(), (c,))
        scope.append(result)
        wide, tall = text_of((r, c)), text_of((c, r))
        lines = ["%s = dlc.matmul %s, %s : (%s, %s) -> %s" % (
                     square.name, a.name, b.name, wide, tall,
                     text_of((r, r))),
                 "%sw = dlc.matmul %s, %s : (%s, %s) -> %s" % (
                     result.name, square.name, a.name, text_of((r, r)), wide,
                     wide),
                 "%s = dlc.reduce_max %sw {axes = array<i64: 0>} : (%s) -> %s"
                 % (result.name, result.name, wide, text_of((c,)))]

        def run(env):
            env[result.name] = (env[a.name] @ env[b.name] @ env[a.name]).max(0)
        return [(lines, run)]

    def constant(self, scope, positions):
        shape = self.rng.choice(self.shapes[:4])
        result = Value(self.name(), shape)
        scope.append(result)
        count = int(np.prod(shape))
        numbers = [self.rng.randrange(-9, 9) for _ in range(count)]
        if self.rng.random() < 0.5:
            numbers = numbers[:1] * count
        array = np.array(numbers, np.int32).reshape(shape)
        line = "%s = dlc.constant dense<%s> : %s" % (
            result.name, array.tolist(), text_of(shape))

        def run(env):
            env[result.name] = array
        return [([line], run)]

    def at(self, scope, positions):
        """Reads or writes at the position of a loop."""
        fitting = [p for p in positions if p[1] in (4, "n")]
        if not fitting:
            return self.elementwise(scope, positions)
        position, bound = self.rng.choice(fitting)
        whole = self.shapes[5 if bound == 4 else 6]
        x = self.pick(scope, whole)
        if self.rng.random() < 0.5:
            result = Value(self.name(), whole[1:])
            line = "%s = dlc.slice_at %s, %s {axis = 0 : i64} : (%s, index) " \
                "-> %s" % (result.name, x.name, position, text_of(whole),
                           text_of(whole[1:]))

            def run(env):
                env[result.name] = env[x.name][env[position]]
        else:
            value = self.pick(scope, whole[1:])
            result = Value(self.name(), whole)
            line = "%s = dlc.insert_at %s, %s, %s {axis = 0 : i64} : (%s, %s, " \
                "index) -> %s" % (result.name, value.name, x.name, position,
                                  text_of(whole[1:]), text_of(whole),
                                  text_of(whole))

            def run(env):
                new = np.array(env[x.name])
                new[env[position]] = env[value.name]
                env[result.name] = new
        scope.append(result)
        return [([line], run)]

    # Scalars.

    def condition(self, scope, positions):
        """Lines, a name, and its function: whether an element is less than
        another one, or which side of the middle a loop is on."""
        name = self.name()
        if positions and self.rng.random() < 0.3:
            position, _ = self.rng.choice(positions)
            return (["%sc = arith.constant 1 : index" % name,
                     "%s = arith.cmpi ugt, %s, %sc : index" % (name, position,
                                                               name)],
                    name, lambda env: env[position] > 1)
        row = (self.columns,)
        x, y = self.pick(scope, row), self.pick(scope, row)
        flags = text_of(row).replace("i32", "i1")
        return (["%sl = dlc.less %s, %s : (%s, %s) -> %s" % (
                     name, x.name, y.name, text_of(row), text_of(row), flags),
                 "%sc = arith.constant 1 : index" % name,
                 "%s = tensor.extract %sl[%sc] : %s" % (name, name, name,
                                                        flags)],
                name, lambda env: env[x.name][1] < env[y.name][1])

    def bound(self, scope):
        """Lines, a name, a function, and what it counts."""
        name = self.name()
        kind = self.rng.choice(["number", "number", "rows", "size", "data"])
        if kind == "size":
            return (["%s = dlc.size {value = #dlc.dims<s0>} : () -> index" %
                     name], name, lambda env: env["n"], "n")
        if kind == "data":
            x = self.pick(scope, ())
            lines = ["%sx = tensor.extract %s[] : tensor<i32>" % (name, x.name),
                     "%sm = arith.constant 3 : i32" % name,
                     "%sa = arith.andi %sx, %sm : i32" % (name, name, name),
                     "%s = arith.index_cast %sa : i32 to index" % (name, name)]
            return lines, name, lambda env: int(env[x.name]) & 3, None
        count = 4 if kind == "rows" else self.rng.choice([0, 1, 2, 3])
        return (["%s = arith.constant %d : index" % (name, count)], name,
                lambda env: count, 4)

    # Regions.

    def yields(self, carried, inner):
        """What a body yields for each of `carried`: often its argument in
        another place, or the same value twice."""
        chosen = []
        for argument in carried:
            fitting = [v for v in inner if v.shape == argument.shape]
            others = [v for v in carried if v.shape == argument.shape]
            pool = others if self.rng.random() < 0.25 else fitting
            chosen.append(self.rng.choice(pool[-5:]))
        return chosen

    def carry(self, scope):
        """Initial values, often what a loop around carries, and the arguments
        that begin with them."""
        shapes = [self.rng.choice(self.shapes)
                  for _ in range(self.rng.choice([1, 2, 2, 3]))]
        if self.rng.random() < 0.5:
            shapes.append(shapes[0])
        inits = []
        for shape in shapes:
            carried = [v for v in scope if v.is_carried and v.shape == shape]
            inits.append(self.rng.choice(carried)
                         if carried and self.rng.random() < 0.5
                         else self.pick(scope, shape))
        return inits, [Value(self.name(), v.shape, True) for v in inits]

    def results(self, scope, shapes):
        results = [Value(self.name(), shape, True) for shape in shapes]
        scope.extend(results)
        return results

    @staticmethod
    def indent(statements):
        return ["  " + line for lines, _ in statements for line in lines]

    @staticmethod
    def names(values):
        return ", ".join(v.name for v in values)

    @staticmethod
    def types(values):
        return ", ".join(text_of(v.shape) for v in values)

    def loop(self, scope, positions, depth):
        lines, bound, count, kind = self.bound(scope)
        inits, carried = self.carry(scope)
        position = self.name()
        inner = scope + carried
        body = self.statements(inner, positions + [(position, kind)], depth + 1)
        chosen = self.yields(carried, inner[len(scope):] if self.rng.random()
                             < 0.8 else inner)
        results = self.results(scope, [v.shape for v in inits])
        lines = lines + [
            "%s = scf.for %s = %%c0 to %s step %%c1 iter_args(%s) -> (%s) {" % (
                self.names(results), position, bound,
                ", ".join("%s = %s" % (c.name, i.name)
                          for c, i in zip(carried, inits)),
                self.types(inits))] + self.indent(body) + [
            "  scf.yield %s : %s" % (self.names(chosen), self.types(chosen)),
            "}"]

        def run(env):
            values = [env[v.name] for v in inits]
            for i in range(count(env)):
                local = {**env, **dict(zip([c.name for c in carried], values)),
                         position: i}
                for _, function in body:
                    function(local)
                values = [local[v.name] for v in chosen]
            env.update(zip([r.name for r in results], values))
        return [(lines, run)]

    def repeat(self, scope, positions, depth):
        """A scf.while, which ends after three times at the latest."""
        inits, carried = self.carry(scope)
        counter, counted = self.name(), self.name()
        before = scope + carried
        first = self.statements(before, positions, depth + 1, count=1)
        tests, test, holds = self.condition(before, positions)
        passed = [self.rng.choice(before[-6:])
                  for _ in range(self.rng.choice([1, 2, 3]))]
        passed += [c for c in carried if self.rng.random() < 0.5]
        taken = [Value(self.name(), v.shape) for v in passed]
        after = scope + taken
        second = self.statements(after, positions, depth + 1)
        # Of every shape that is carried there has to be something.
        chosen = [self.rng.choice([v for v in after if v.shape == c.shape][-4:])
                  for c in carried]
        results = self.results(scope, [v.shape for v in passed])
        name = self.name()
        lines = [
            "%s%s = scf.while (%s, %s = %%c0) : (%s, index) -> (%s, index) {" % (
                self.names(results), ", %s" % name,
                ", ".join("%s = %s" % (c.name, i.name)
                          for c, i in zip(carried, inits)),
                counter, self.types(inits), self.types(passed))]
        lines += self.indent(first) + ["  " + line for line in tests] + [
            "  %sm = arith.constant 3 : index" % name,
            "  %sl = arith.cmpi ult, %s, %sm : index" % (name, counter, name),
            "  %sa = arith.andi %sl, %s : i1" % (name, name, test),
            "  scf.condition(%sa) %s, %s : %s, index" % (
                name, self.names(passed), counter, self.types(passed)),
            "} do {",
            "^bb0(%s, %s: index):" % (
                ", ".join("%s: %s" % (t.name, text_of(t.shape))
                          for t in taken), counted)]
        lines += self.indent(second) + [
            "  %sn = arith.addi %s, %%c1 : index" % (name, counted),
            "  scf.yield %s, %sn : %s, index" % (self.names(chosen), name,
                                                 self.types(chosen)),
            "}"]

        def run(env):
            values, times = [env[v.name] for v in inits], 0
            while True:
                local = {**env, **dict(zip([c.name for c in carried], values))}
                for _, function in first:
                    function(local)
                given = [local[v.name] for v in passed]
                if times >= 3 or not holds(local):
                    break
                local = {**env, **dict(zip([t.name for t in taken], given))}
                for _, function in second:
                    function(local)
                values, times = [local[v.name] for v in chosen], times + 1
            env.update(zip([r.name for r in results], given))
        return [(lines, run)]

    def branch(self, scope, positions, depth):
        tests, test, holds = self.condition(scope, positions)
        shapes = [self.rng.choice(self.shapes)
                  for _ in range(self.rng.choice([1, 1, 2]))]
        sides = []
        for _ in range(2):
            inner = list(scope)
            body = self.statements(inner, positions, depth + 1) \
                if self.rng.random() < 0.8 else []
            sides.append((body, [self.pick(inner, shape) for shape in shapes]))
        results = self.results(scope, shapes)
        lines = tests + ["%s = scf.if %s -> (%s) {" % (
            self.names(results), test, self.types(results))]
        for k, (body, chosen) in enumerate(sides):
            lines += ["} else {"] if k else []
            lines += self.indent(body) + ["  scf.yield %s : %s" % (
                self.names(chosen), self.types(chosen))]
        lines.append("}")

        def run(env):
            body, chosen = sides[0 if holds(env) else 1]
            local = dict(env)
            for _, function in body:
                function(local)
            env.update(zip([r.name for r in results],
                           [local[v.name] for v in chosen]))
        return [(lines, run)]

    def statements(self, scope, positions, depth, count=None):
        result = []
        for _ in range(count or self.rng.choice([1, 2, 3])):
            if depth < 3 and self.budget and self.rng.random() < 0.5:
                self.budget -= 1
                kind = self.rng.choice([self.loop, self.loop, self.repeat,
                                        self.branch])
                result += kind(scope, positions, depth)
            else:
                kind = self.rng.choice([self.elementwise, self.elementwise,
                                        self.view, self.view, self.at, self.at,
                                        self.join, self.product,
                                        self.constant])
                result += kind(scope, positions)
        return result

    def text(self):
        return "\n".join(
            ['module attributes {dlc.symbols = [#dlc.symbol<"n", 0 to 8, '
             'likely 4>]} {',
             "func.func @main(%s) -> (%s) {" % (
                 ", ".join("%s: %s" % (v.name, text_of(v.shape))
                           for v in self.inputs), self.types(self.outputs)),
             "  %c0 = arith.constant 0 : index",
             "  %c1 = arith.constant 1 : index"] + self.indent(self.body) + [
             "  return %s : %s" % (self.names(self.outputs),
                                   self.types(self.outputs)), "}", "}", ""])

    def run(self, arrays, n):
        env = {v.name: a for v, a in zip(self.inputs, arrays)}
        env["n"] = n
        with np.errstate(over="ignore"):
            for _, function in self.body:
                function(env)
        return [np.asarray(env[v.name], np.int32) for v in self.outputs]

    def feeds(self, seed, n):
        rng = np.random.default_rng(seed)
        return [rng.integers(-5, 6, [n if d == "n" else d for d in v.shape],
                             dtype=np.int32) for v in self.inputs]
