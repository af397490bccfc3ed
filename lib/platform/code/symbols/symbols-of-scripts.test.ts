import { expect, test } from "vitest";
import { openSymbolFinder } from "./symbol-finder";

const finder = await openSymbolFinder();

/** Each line that defines something: its number, then kind, parent, name and column of what it defines. */
function outline(language: string, text: string): string[] {
  const lines: string[] = [];
  let last = 0;
  for (const { kind, name, parent, line, column } of finder.symbolsOf(language, text)) {
    const word = `${kind} ${parent === null ? "" : `${parent}/`}${name}@${column}`;
    if (line === last) lines.push(`${lines.pop()}, ${word}`);
    else lines.push(`${line}: ${word}`);
    last = line;
  }
  return lines;
}

test("Python: what is defined is found, what is local is not", () => {
  const text = `import os
LIMIT = 3
name, other = load()
try:
    import fast
    backend = fast
except ImportError:
    backend = None
if os.name == "nt":
    sep = ";"

@decorated
class Model(Base):
    table: str = "m"
    KEY = 1

    def __init__(self, clock):
        self.clock = clock

    @property
    def size(self):
        local = 1
        def nested():
            pass
        return local

    @staticmethod
    async def load():
        pass

    class Meta:
        ordering = []

async def main():
    pass
type Alias = list[int]
`;
  expect(outline("Python", text)).toEqual([
    "2: constant LIMIT@1",
    "3: variable name@1, variable other@7",
    "6: variable backend@5",
    "8: variable backend@5",
    "10: variable sep@5",
    "13: class Model@7",
    "14: field Model/table@5",
    "15: field Model/KEY@5",
    "17: constructor Model/__init__@9",
    "18: field Model/clock@14",
    "21: method Model/size@9",
    "23: function Model/nested@13",
    "28: method Model/load@15",
    "31: class Model/Meta@11",
    "32: field Meta/ordering@9",
    "34: function main@11",
    "36: type Alias@6",
  ]);
});

test("Ruby: what is defined is found, what is local is not", () => {
  const text = `LIMIT = 3
module Deep
  class Store < Base
    attr_accessor :name, :size
    attr_reader :age
    KINDS = %w[a b]
    def initialize(name); local = 1; end
    def get?(k) = 1
    def size=(n); end
    def <=>(other); end
    def self.open; end
    class << self
      def close; end
    end
    alias fetch get?
    alias_method :take, :get?
    define_method(:late) { }
  end
  Point = Struct.new(:x)
end
class Deep::Other::Leaf
  def leaf; end
end
def main; end
`;
  expect(outline("Ruby", text)).toEqual([
    "1: constant LIMIT@1",
    "2: module Deep@8",
    "3: class Deep/Store@9",
    "4: property Store/name@20, property Store/size@27",
    "5: property Store/age@18",
    "6: constant Store/KINDS@5",
    "7: constructor Store/initialize@9",
    "8: method Store/get?@9",
    "9: method Store/size=@9",
    "10: method Store/<=>@9",
    "11: method Store/open@14",
    "13: method Store/close@11",
    "15: method Store/fetch@11",
    "16: method Store/take@19",
    "17: method Store/late@20",
    "19: constant Deep/Point@3",
    "21: class Other/Leaf@20",
    "22: method Leaf/leaf@7",
    "24: function main@5",
  ]);
});

test("PHP: what is defined is found, what is local is not", () => {
  const text = String.raw`<?php
namespace App\Shop;
const LIMIT = 3, OTHER = 4;
define('OLD_LIMIT', 5);
$config = 1;
function helper($x) { $local = 1; }
abstract class Cart extends Base implements I {
  use Counts;
  public const MAX = 3;
  private ?string $name = null, $title;
  public function __construct(private int $size) {}
  abstract protected static function total(): int;
}
interface I { public function pay(); }
trait Counts { private $count; public function count() {} }
enum Suit: string { case Hearts = 'h'; case Clubs = 'c'; public function label() {} }
`;
  expect(outline("PHP", text)).toEqual([
    "2: module App\\Shop@11",
    "3: constant LIMIT@7, constant OTHER@18",
    "4: constant OLD_LIMIT@9",
    "5: variable config@2",
    "6: function helper@10",
    "7: class Cart@16",
    "9: constant Cart/MAX@16",
    "10: field Cart/name@20, field Cart/title@34",
    "11: constructor Cart/__construct@19, field Cart/size@44",
    "12: method Cart/total@38",
    "14: interface I@11, method I/pay@31",
    "15: trait Counts@7, field Counts/count@25, method Counts/count@48",
    "16: enum Suit@6, enumerator Suit/Hearts@26, enumerator Suit/Clubs@45, method Suit/label@74",
  ]);
});

test("Shell: what is defined is found, what is local is not", () => {
  const text = `#!/bin/bash
LIMIT=3
export NAME="n" OTHER=1
readonly FIXED=1
start() { local here=1; echo; }
function stop { echo; }
function both() { echo; }
if true; then inside() { :; }; fi
`;
  expect(outline("Shell", text)).toEqual([
    "2: variable LIMIT@1",
    "3: variable NAME@8, variable OTHER@17",
    "4: variable FIXED@10",
    "5: function start@1",
    "6: function stop@10",
    "7: function both@10",
    "8: function inside@15",
  ]);
});
