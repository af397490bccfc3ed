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

test("C: what is defined is found, what is local is not", () => {
  const text = `#ifndef A_H
#define A_H
#define MAX(a, b) ((a) > (b))
typedef struct { int x, *y; char name[8]; } Point;
typedef struct node { struct node *next; void (*visit)(int); } Node;
typedef int (*compare_fn)(const void *, const void *);
typedef unsigned long size;
enum color { RED, GREEN = 2 };
union value { int i; float f; };
static int counter = 0, *table[3];
extern const char *names[];
int declared(int a);
static inline char **make(const char *s) { int local = 0; return 0; }
int main(int argc, char **argv) { return 0; }
#endif
`;
  expect(outline("C", text)).toEqual([
    "2: macro A_H@9",
    "3: macro MAX@9",
    "4: field Point/x@22, field Point/y@26, field Point/name@34, struct Point@45",
    "5: struct node@16, field node/next@36, field node/visit@49, type Node@64",
    "6: type compare_fn@15",
    "7: type size@23",
    "8: enum color@6, enumerator color/RED@14, enumerator color/GREEN@19",
    "9: struct value@7, field value/i@19, field value/f@28",
    "10: variable counter@12, variable table@26",
    "11: variable names@20",
    "13: function make@22",
    "14: function main@5",
  ]);
});

test("C++: what is defined is found, what is local is not", () => {
  const text = `#define CHECK(x) x
namespace a::b {
template <class T> class Box : public Base {
 public:
  Box(int x);
  ~Box();
  Box() = default;
  int size() const;
  T& at(int i) { return items[i]; }
  bool operator==(const Box& other) const;
  operator bool() const;
  template <class U> void each(U f);
  static int made;
  T* items, &link;
  struct Inner { int depth; };
  using Self = Box<T>;
  enum class Mode : int { Open, Shut = 2 };
};
}
template <> struct Hash<int> { int value; };
template <class T> T* Box<T>::begin() { return 0; }
int& a::b::Other::count(int x) { int local = 1; return x; }
Other::Other() : x(1) {}
Other::~Other() {}
bool Other::operator<(const Other& o) { return true; }
Other::operator int() { return 1; }
using Text = std::string;
typedef std::vector<int> Ints;
static const int limit = 3;
int Other::shared = 0;
extern "C" { void plain(void) {} int outside; }
auto tail() -> int { return 1; }
std::string free_one() { return ""; }
`;
  expect(outline("C++", text)).toEqual([
    "1: macro CHECK@9",
    "2: module a::b@11",
    "3: class b/Box@26",
    "5: constructor Box/Box@3",
    "6: method Box/~Box@3",
    "7: constructor Box/Box@3",
    "8: method Box/size@7",
    "9: method Box/at@6",
    "10: method Box/operator==@8",
    "11: method Box/operator bool@3",
    "12: method Box/each@27",
    "13: field Box/made@14",
    "14: field Box/items@6, field Box/link@14",
    "15: struct Box/Inner@10, field Inner/depth@22",
    "16: type Box/Self@9",
    "17: enum Box/Mode@14, enumerator Mode/Open@27, enumerator Mode/Shut@33",
    "20: struct Hash@20, field Hash/value@36",
    "21: method Box/begin@31",
    "22: method Other/count@19",
    "23: constructor Other/Other@8",
    "24: method Other/~Other@8",
    "25: method Other/operator<@13",
    "26: method Other/operator int@8",
    "27: type Text@7",
    "28: type Ints@26",
    "29: variable limit@18",
    "30: variable Other/shared@12",
    "31: function plain@19, variable outside@38",
    "32: function tail@6",
    "33: function free_one@13",
  ]);
});

test("C++: what a template has between < and > is no part of a name or of what it is of", () => {
  const text = `template <> void A::f<B::C>(int) {}
template <> int A<int>::g() { return 1; }
template <class T> typename N<T>::R N<T>::M::h(int x) { return x; }
template <> A<B::C>::A() {}
template <> A<B::C>::~A() {}
template <> bool A<B::C>::operator<(const A& o) { return true; }
A<B::C>::operator std::vector<int>() const { return {}; }
void my_operators::Deep<x::y>::run() {}
bool Call::operator ()(int x) { return true; }
struct Outer<p::q>::Inner { int depth; };
int Holder<a::b>::made = 0;
template <> void free_one<a::b>(int x) {}
template <class T> template <class U> U* Box<T>::Inner<a::b>::make(U u) { return u; }
`;
  expect(outline("C++", text)).toEqual([
    "1: method A/f@21",
    "2: method A/g@25",
    "3: method M/h@46",
    "4: constructor A/A@22",
    "5: method A/~A@22",
    "6: method A/operator<@27",
    "7: method A/operator std::vector<int>@10",
    "8: method Deep/run@32",
    "9: method Call/operator ()@12",
    "10: struct Outer/Inner@21, field Inner/depth@33",
    "11: variable Holder/made@19",
    "12: function free_one@18",
    "13: method Inner/make@63",
  ]);
});
