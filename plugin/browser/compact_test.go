package browser

import "testing"

// TestCompact shows what is taken out of a script, and that what it says stays.
func TestCompact(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, code, want string }{
		{"spaces and comments", "// why\nfoo( 1 , 2 ); // here\nbar();\n", "foo(1,2);bar();"},
		{"words stay apart", "return typeof x in y;", "return typeof x in y;"},
		{"signs stay apart", "a + +b; c++ + d; e - -f; g + ++h;", "a+ +b;c++ +d;e- -f;g+ ++h;"},
		{"texts stay", `say('// no  comment', "it's  'so'", '\'  ');`, `say('// no  comment',"it's  'so'",'\'  ');`},
		{"expressions stay", `x = /[/"' ]+ \/ /g.test(y) / 2 / z;`, `x=/[/"' ]+ \/ /g.test(y)/2/z;`},
		{"an expression that is returned", "return /a b/;", "return/a b/;"},
		{"names", "const count = 1;\nfunction tell(name) { const label = name; return label + count; }\ntell(count);", "const a=1;function c(name){const b=name;return b+a}c(a);"},
		{"names of properties stay", "const count = 1; x.count = { count: count }; y = [...count];", "const a=1;x.count={count:a};y=[...a];"},
		{"names that stand for properties stay", "const count = 1, o = { count, b };", "const count=1,o={count,b};"},
		{"what stands last", "if (x) { a(1, 2,); b = [1, 2,]; }", "if(x){a(1,2);b=[1,2]}"},
		{"names in use are not taken", "const count = 1; a(count);", "const b=1;a(b);"},
		{"a choice is no property", "const count = 1; x = y ? count : count;", "const a=1;x=y?a:a;"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got, err := compact(c.code); err != nil || got != c.want {
				t.Errorf("it becomes %q, %v; want %q", got, err, c.want)
			}
		})
	}
	for _, code := range []string{"x = `a`;", "/* a */", "x = 'a\n';", "x = 'a", "x = /a", `x = 'a\`} {
		if got, err := compact(code); err == nil {
			t.Errorf("%q becomes %q, though it is not understood", code, got)
		}
	}
}

// TestNthName shows that no name comes twice.
func TestNthName(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for n := range 52 + 52*52 {
		name := nthName(n)
		if seen[name] {
			t.Fatalf("%s comes twice", name)
		}
		seen[name] = true
	}
}
