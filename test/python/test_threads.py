# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Threads: Python's lock is free while a model runs."""
import threading
import unittest

import numpy as np

import dlc
from common import DIGITS, digits, probe

SLEEP = np.array([[0.3, 0], [0, 0]], np.float32)


class Threads(unittest.TestCase):
    def run_all(self, models):
        """Each model's answer, all called at once."""
        answers = [None] * len(models)

        def call(i):
            answers[i] = models[i](SLEEP)
        threads = [threading.Thread(target=call, args=(i,))
                   for i in range(len(models))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def test_lock_is_released(self):
        model, done = dlc.load(probe()), threading.Event()

        def call():
            model(SLEEP)
            done.set()
        thread = threading.Thread(target=call)
        thread.start()
        # Reached at once only if the call doesn't hold the lock.
        self.assertFalse(done.wait(0.001))
        thread.join()

    def test_two_models_run_at_once(self):
        first = dlc.load(probe())
        for answer in self.run_all([first, first.fork()]):
            self.assertEqual(answer[1].tolist(), [1, 2])

    def test_one_model_runs_once_at_a_time(self):
        model = dlc.load(probe())
        for answer in self.run_all([model, model]):
            self.assertEqual(answer[1].tolist(), [1, 1])

    def test_values(self):
        """Many calls of two models in threads of their own."""
        images = np.random.default_rng(0).random((20, 1, 1, 28, 28),
                                                 np.float32)
        want = [digits()(image) for image in images]
        wrong = []

        def call(model):
            for image, scores in list(zip(images, want)) * 20:
                if not np.array_equal(model(image), scores):
                    wrong.append(image)
        threads = [threading.Thread(target=call, args=(digits().fork(),))
                   for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_threads_of_a_model(self):
        """The same bits with threads of its own."""
        image = np.random.default_rng(1).random((1, 1, 28, 28), np.float32)
        want = digits()(image)
        np.testing.assert_array_equal(digits().fork(threads=2)(image), want)
        np.testing.assert_array_equal(dlc.compile(DIGITS, threads=2)(image),
                                      want)
