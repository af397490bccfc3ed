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

test("Go: what is defined is found, what is local is not", () => {
  const text = `package store

const (
	A, B = 1, 2
	c    = iota
)

var Err = errors.New("x")

type Store[K comparable] struct {
	mu, other sync.Mutex
	Inner
}
type Reader interface {
	Read(p []byte) (int, error)
}
type Handler func(int)
type Old = Store

func (s *Store[K]) Get(k K) { local := 1 }
func (h Handler) Call()     {}
func New() *Store           { var local int; return nil }
`;
  expect(outline("Go", text)).toEqual([
    "4: constant A@2, constant B@5",
    "5: constant c@2",
    "8: variable Err@5",
    "10: struct Store@6",
    "11: field Store/mu@2, field Store/other@6",
    "14: interface Reader@6",
    "15: method Reader/Read@2",
    "17: type Handler@6",
    "18: type Old@6",
    "20: method Store/Get@20",
    "21: method Handler/Call@18",
    "22: function New@6",
  ]);
});

test("Java: what is defined is found, what is local is not", () => {
  const text = `package a.b;
@Anno
public class Shop<T> extends Base implements I {
  private static final int MAX_SIZE = 3;
  protected String name, title;
  public Shop(String name) { int local = 1; }
  @Override public <R> R sell(T item) { Runnable r = () -> {}; return null; }
  enum Kind { SMALL, LARGE { void grow() {} }; int weight; }
  interface Buyer { int PRICE = 1; void buy(); default void pay() {} }
  static class Inner { void deep() {} }
}
record Point(int x, int y) { Point { } static Point origin() { return null; } }
@interface Anno { String value() default ""; }
`;
  expect(outline("Java", text)).toEqual([
    "3: class Shop@14",
    "4: constant Shop/MAX_SIZE@28",
    "5: field Shop/name@20, field Shop/title@26",
    "6: constructor Shop/Shop@10",
    "7: method Shop/sell@26",
    "8: enum Shop/Kind@8, enumerator Kind/SMALL@15, enumerator Kind/LARGE@22, method Kind/grow@35, field Kind/weight@52",
    "9: interface Shop/Buyer@13, constant Buyer/PRICE@25, method Buyer/buy@41, method Buyer/pay@61",
    "10: class Shop/Inner@16, method Inner/deep@29",
    "12: class Point@8, field Point/x@18, field Point/y@25, constructor Point/Point@30, method Point/origin@53",
    "13: interface Anno@12, method Anno/value@26",
  ]);
});

test("C#: what is defined is found, what is local is not", () => {
  const text = `namespace A.B
{
  public record Point(int X, int Y) { public int Sum => X + Y; }
  public record struct Size(int W);
  public struct Pair { public int Left, Right; }
  public class Shop<T> : Base
  {
    public const int Max = 3;
    private readonly string name;
    public event Action Opened;
    public event Action Closed { add { } remove { } }
    public string Title { get; set; }
    public Shop(string name) { int local = 1; }
    ~Shop() { }
    public async Task<R> Sell<R>(T item) { void Inner() { } }
    public static Shop<T> operator +(Shop<T> a, Shop<T> b) => a;
    public delegate void Changed(int x);
    enum Kind { Small, Large = 2 }
  }
  interface IBuyer { void Buy(); int Price { get; } }
}
`;
  expect(outline("C#", text)).toEqual([
    "1: module A.B@11",
    "3: class A.B/Point@17, property Point/X@27, property Point/Y@34, property Point/Sum@50",
    "4: struct A.B/Size@24, property Size/W@33",
    "5: struct A.B/Pair@17, field Pair/Left@35, field Pair/Right@41",
    "6: class A.B/Shop@16",
    "8: constant Shop/Max@22",
    "9: field Shop/name@29",
    "10: property Shop/Opened@25",
    "11: property Shop/Closed@25",
    "12: property Shop/Title@19",
    "13: constructor Shop/Shop@12",
    "15: method Shop/Sell@26, function Shop/Inner@49",
    "16: method Shop/operator+@27",
    "17: type Shop/Changed@26",
    "18: enum Shop/Kind@10, enumerator Kind/Small@17, enumerator Kind/Large@24",
    "20: interface A.B/IBuyer@13, method IBuyer/Buy@27, property IBuyer/Price@38",
  ]);
});

test("C#: an operator is called by its keyword and its sign or type, and takes both in its line", () => {
  const text = `public struct Money
{
  public static bool operator ==(Money a, Money b) => true;
  public static bool operator!=(Money a, Money b) => false;
  public static bool operator true(Money a) => true;
  public static implicit operator int(Money a) => 1;
  public static explicit operator List<int> (Money a) => null;
  public static Money operator
    -(Money a) => a;
}
`;
  const found = finder.symbolsOf("C#", text).map(({ name, parent, line, column, length }) => {
    const written = text.split("\n")[line - 1]?.slice(column - 1, column - 1 + (length ?? name.length));
    return `${line}: ${parent ?? ""}/${name} = ${written}`;
  });
  expect(found).toEqual([
    "1: /Money = Money",
    "3: Money/operator== = operator ==",
    "4: Money/operator!= = operator!=",
    "5: Money/operator true = operator true",
    "6: Money/operator int = operator int",
    "7: Money/operator List<int> = operator List<int>",
    "8: Money/operator- = operator",
  ]);
});

test("Rust: what is defined is found, what is local is not", () => {
  const text = `const MAX: usize = 3;
static NAME: &str = "n";
pub struct Point<T> { pub x: T, y: T }
pub struct Unit;
struct Pair(i32, i32);
enum Shape { Circle(f64), Square { side: f64 } }
union Raw { a: u8 }
type Alias = Point<i32>;
trait Draw { type Out; const DEPTH: u8; fn draw(&self) -> u8; fn twice(&self) { } }
impl<T> Draw for Point<T> { type Out = u8; fn draw(&self) -> u8 { fn inner() {} 1 } }
impl fmt::Display for a::Shape { fn fmt(&self) {} }
macro_rules! square { ($x:expr) => { $x * $x }; }
mod deep { pub fn down() {} pub mod er { pub async unsafe fn low() {} } }
extern "C" { fn far(a: i32); }
`;
  expect(outline("Rust", text)).toEqual([
    "1: constant MAX@7",
    "2: variable NAME@8",
    "3: struct Point@12, field Point/x@27, field Point/y@33",
    "4: struct Unit@12",
    "5: struct Pair@8",
    "6: enum Shape@6, enumerator Shape/Circle@14, enumerator Shape/Square@27, field Shape/side@36",
    "7: struct Raw@7, field Raw/a@13",
    "8: type Alias@6",
    "9: trait Draw@7, type Draw/Out@19, constant Draw/DEPTH@30, method Draw/draw@44, method Draw/twice@66",
    "10: type Point/Out@34, method Point/draw@47, function Point/inner@70",
    "11: method Shape/fmt@37",
    "12: macro square@14",
    "13: module deep@5, function deep/down@19, module deep/er@37, function er/low@62",
    "14: function far@17",
  ]);
});
