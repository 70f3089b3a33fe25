import { expect, test } from "vitest";
import { found } from "../compact.test.support.ts";
import { lexFile } from "../index.ts";

const text = `<html>function no()</html>
<?php
namespace App\\Models;
use Foo\\Bar;
use Foo\\{A, B\\C as D};
use function Foo\\baz;
require_once __DIR__ . '/x.php';
include 'y.php';
#[Attr(1)]
abstract class User extends Model implements X { use T;
  const A = 1;
  private ?string $name = 'x', $q;
  public static int $count;
  public function __construct(private int $id) {}
  protected static function &make(array $a = []): static { $f = function() { return 1; }; return $f; }
}
interface I { public function f(); }
trait T {}
enum Suit: string { case Hearts = 'H'; }
function helper() { $x = <<<EOT
class No { }
EOT; }
?>
class No2 {}
<?php function last() {}
`;
const { imports, definitions } = found("php", "a.php");

test("PHP's imports are found, and none in strings and comments", () => {
  expect(imports(text)).toEqual([
    "4 static Foo\\Bar",
    "5 static Foo\\A",
    "5 static Foo\\B\\C",
    "6 static Foo\\baz",
    "7 require ./x.php",
    "8 require y.php",
  ]);
});

test("PHP's definitions are found, and none in strings, comments and bodies", () => {
  expect(definitions(text)).toEqual([
    "10 exported class User",
    "11 exported variable User.A",
    "12 variable User.name",
    "13 exported variable User.count",
    "14 exported method User.__construct",
    "15 method User.make",
    "17 exported interface I",
    "17 exported method I.f",
    "18 exported class T",
    "19 exported enum Suit",
    "19 exported variable Suit.Hearts",
    "20 exported function helper",
    "25 exported function last",
  ]);
});

test("PHP's file says where it belongs and whether it is run", () => {
  expect(lexFile("php", text, "a.php")).toMatchObject({
    packageName: "App\\Models",
    isEntryPoint: false,
  });
});
