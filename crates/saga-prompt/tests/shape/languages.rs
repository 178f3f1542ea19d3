//! Each family of languages: braces, indentation, words that end blocks, markup, data.

use expect_test::expect;

use super::{PYTHON, RUST, TYPESCRIPT, check, in_language};

#[test]
fn words_end_blocks() {
    check(
        &in_language("ruby"),
        "class Cart\n  def total|\nend\n",
        "\n    @items.sum\n  end\n\n  def clear\n    @items = []\n  end\n",
        expect![[r#"
            class Cart
              def total«
                @items.sum
              end»
            end

            [ScopeEnd]
        "#]],
    );
    check(
        &in_language("ruby"),
        "def total\n  |\nend\n",
        "if @items.empty?\n    0\n  else\n    1\n  end\n  more\nend\n",
        expect![[r#"
            def total
              «if @items.empty?
                0
              else
                1
              end»
            end

            [ScopeEnd]
        "#]],
    );
    check(
        &in_language("ruby"),
        "def total\n  |\n  amount\nend\n",
        "amount = @items.sum\nend\n\ndef clear\n",
        expect![[r#"
            def total
              «amount = @items.sum»
              amount
            end

            [ScopeEnd]
        "#]],
    );
    check(
        &in_language("shellscript"),
        "for file in *; do|\n",
        "\n  case $file in\n    *.rs) check \"$file\" ;;\n  esac\ndone\necho done\n",
        expect![[r#"
            for file in *; do«
              case $file in
                *.rs) check "$file" ;;
              esac
            done»

            [ScopeEnd]
        "#]],
    );
    check(
        &in_language("shellscript"),
        "if test -f a; then\n  |\nfi\n",
        "cat a\nelse\n  touch a\nfi\n",
        expect![[r#"
            if test -f a; then
              «cat a»
            fi

            [ScopeEnd]
        "#]],
    );
}

#[test]
fn tags_end_elements() {
    check(
        &in_language("html"),
        "<ul>|\n",
        "\n  <li>하나</li>\n  <li>둘</li>\n</ul>\n<p>More</p>\n",
        expect![[r#"
            <ul>«
              <li>하나</li>
              <li>둘</li>
            </ul>»

            [ScopeEnd]
        "#]],
    );
    check(
        &in_language("html"),
        "<ul>\n  |\n</ul>\n",
        "<li>하나</li>\n</ul>\n<p>More</p>\n",
        expect![[r#"
            <ul>
              «<li>하나</li>»
            </ul>

            [Follows]
        "#]],
    );
    check(
        &in_language("html"),
        "<div>\n  <p>|</p>\n</div>\n",
        "안녕</p>\n</div>\n",
        expect![[r#"
            <div>
              <p>«안녕»</p>
            </div>

            [Follows]
        "#]],
    );
}

#[test]
fn data_ends_with_its_brackets_and_columns() {
    check(
        &in_language("json"),
        "{\n  \"a\": |\n}\n",
        "[1, 2],\n  \"b\": 3\n}\n",
        expect![[r#"
        {
          "a": «[1, 2],
          "b": 3»
        }

        [Follows]
    "#]],
    );
    check(
        &in_language("yaml"),
        "server:\n  |\nclient:\n",
        "port: 80\n  host: localhost\nclient:\n  port: 81\n",
        expect![[r#"
            server:
              «port: 80
              host: localhost»
            client:

            [Follows]
        "#]],
    );
    check(
        &in_language("yaml"),
        "jobs:\n  test:|\n",
        "\n    runs: npm test\n  build:\n    runs: npm run build\n",
        expect![[r#"
            jobs:
              test:«
                runs: npm test»

            [ScopeEnd]
        "#]],
    );
    check(
        &in_language("css"),
        "a {|}\n",
        "\n  color: red;\n}\n\nb {",
        expect![[r#"
        a {«
          color: red;
        »}

        [ScopeEnd]
    "#]],
    );
    check(
        &in_language("sql"),
        "SELECT name\nFROM |\n",
        "users\nWHERE id = 1;\n\nSELECT 2;\n",
        expect![[r#"
            SELECT name
            FROM «users
            WHERE id = 1;»

            [ScopeEnd]
        "#]],
    );
}

#[test]
fn tabs_stay_tabs() {
    check(
        &in_language("go"),
        "func f() {\n\tif x {|\n\t}\n}\n",
        "\n        go()\n        stop(\n            1,\n        )\n    }",
        expect![[r#"
            func f() {
            	if x {«
            		go()
            		stop(
            			1,
            		)»
            	}
            }

            [Follows]
        "#]],
    );
    check(
        &PYTHON,
        "class A:\n\tdef f(self):\n\t\tpass\n\n\tdef g(self):|\n",
        "\n    return 1\n",
        expect![[r#"
            class A:
            	def f(self):
            		pass

            	def g(self):«
            		return 1»

            [end]
        "#]],
    );
    check(
        &TYPESCRIPT,
        "function f() {\n\tgo();\n}\nfunction g() {|\n",
        "\n  stop();\n  if (x) {\n    go();\n  }\n}",
        expect![[r#"
            function f() {
            	go();
            }
            function g() {«
            	stop();
            	if (x) {
            		go();
            	}
            }»

            [ScopeEnd]
        "#]],
    );
}

#[test]
fn spaces_stay_spaces() {
    check(
        &TYPESCRIPT,
        "function f() {\n  go();\n}\nfunction g() {|\n",
        "\n\tstop();\n\tif (x) {\n\t\tgo();\n\t}\n}",
        expect![[r#"
            function f() {
              go();
            }
            function g() {«
              stop();
              if (x) {
                go();
              }
            }»

            [ScopeEnd]
        "#]],
    );
    check(
        &RUST,
        "fn f() {\n    go();\n}\nfn g() {|\n",
        "\n    stop();\n      // aligned\n}",
        expect![[r#"
            fn f() {
                go();
            }
            fn g() {«
                stop();
                  // aligned
            }»

            [ScopeEnd]
        "#]],
    );
}

#[test]
fn what_follows_soon_is_not_written_again() {
    check(
        &PYTHON,
        "def f(x):\n    |\n    log(x)\n    return compute(x)\n",
        "x = x + 1\n    return compute(x)\n\ndef g():\n",
        expect![[r#"
            def f(x):
                «x = x + 1»
                log(x)
                return compute(x)

            [Follows]
        "#]],
    );
}
