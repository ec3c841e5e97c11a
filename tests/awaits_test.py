import unittest

import awaits


class Awaits(unittest.TestCase):
    def test_no_co_await_stands_beside_a_temporary_that_gcc_destroys_twice(self):
        self.assertEqual(awaits.violations(), [])

    def test_the_dangerous_forms_are_found(self):
        cases = [
            ("a lambda", "co_await f(x, [p] { g(); });"),
            ("a braced aggregate", "const auto n = co_await f({.name = k});"),
            ("a conditional", "co_return a ? co_await f() : 1;"),
            ("before it", "f(Spec{1}, co_await g());"),
            ("around it", "Spec s{co_await g()};"),
            ("after a block", "if (x) { y(); } co_await f(Spec{2});"),
            ("inside a condition", "if (auto r = co_await f(v[0]); r) { g(); }"),
            ("over two lines", "co_await f(x,\n  Spec{\n  1});"),
        ]
        for name, code in cases:
            with self.subTest(name):
                self.assertEqual(list(awaits.bad_awaits("task<> t() {\n  " + code + "\n}\n")), [2])

    def test_the_sound_forms_pass(self):
        cases = [
            ("a named local", "Spec s{.name = k}; co_await f(std::move(s));"),
            ("a block before", "if (x) { y(); } co_await f();"),
            ("a block after", "while (co_await f()) { const int a[] = {1}; }"),
            ("a lambda that holds one", "auto g = [](int n) -> task<> { co_await f(n); }; g(1);"),
            ("a comment", "co_await f(); // [really]?"),
            ("text", "co_await f(\"{?}\", '[', R\"(?)\");"),
            ("digit separators", "co_await f(1'000); int a[1'000];"),
            ("a switch", "switch (x) { case 1: co_await f(); break; default: { y(); } }"),
        ]
        for name, code in cases:
            with self.subTest(name):
                self.assertEqual(list(awaits.bad_awaits("task<> t() {\n  " + code + "\n}\n")), [])


if __name__ == "__main__":
    unittest.main()
