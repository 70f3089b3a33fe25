import { expect, test } from "vitest";
import { found } from "../compact.test.support.ts";
import { lexFile } from "../index.ts";

const text = `require 'json'
require_relative "lib/x"
module A::B
  class Foo < Bar
    MAX = 3
    attr_reader :name, :age
    def initialize(x) = @x = x
    def self.make; new; end
    def empty?
      s = "a #{b ? "class No" : 'x'} c"
      t = <<~EOS
        def no
      EOS
      x / 2
      def inner; end
    end
    private
    def hid; end
    def ==(o); true; end
  end
end
=begin
class Commented
=end
def top(a) a =~ /class No/ end
puts %w[a b]
`;
const { imports, definitions } = found("ruby", "a.rb");

test("Ruby's imports are found, and none in strings and comments", () => {
  expect(imports(text)).toEqual(["1 require json", "2 require ./lib/x"]);
});

test("Ruby's definitions are found, and none in strings, comments and bodies", () => {
  expect(definitions(text)).toEqual([
    "3 exported module A.B",
    "4 exported class A.B.Foo",
    "5 exported variable A.B.Foo.MAX",
    "6 exported variable A.B.Foo.name",
    "6 exported variable A.B.Foo.age",
    "7 exported method A.B.Foo.initialize",
    "8 exported method A.B.Foo.make",
    "9 exported method A.B.Foo.empty?",
    "18 method A.B.Foo.hid",
    "25 exported function top",
  ]);
});

test("Ruby's file says whether it is run", () => {
  expect(lexFile("ruby", text, "a.rb")).toMatchObject({ isEntryPoint: false });
});
