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

test("TypeScript: what is defined is found, what is local is not", () => {
  const text = `export const limit = 10, { a, b: c, ...rest } = load();
export const f = async () => 1;
let [first, { second }] = pair;
export function over(a: string): void;
export function over(a: unknown) {
  const local = 1;
  function inner() {}
  const handler = () => local;
}
export default class Store<T> extends Base {
  static readonly size = 1;
  #secret?: string;
  onClick = () => {};
  constructor(private readonly clock: Clock) { super(); }
  get open() { return true; }
  async *walk(): AsyncGenerator<T> { const hidden = 1; }
}
abstract class Shape { abstract area(): number; }
export interface Point { x: number; move(by: number): void; }
type Pair = { left: string; swap(): Pair };
enum Color { Red, Green = "g" }
declare module "outside" { export function far(): void; }
namespace Deep.Er { export const depth = 2; export class In {} }
declare const given: string;
const table = { row() {}, cell: () => 1, plain: 2 };
`;
  expect(outline("TypeScript", text)).toEqual([
    "1: constant limit@14, constant a@28, constant c@34, constant rest@40",
    "2: function f@14",
    "3: variable first@6, variable second@15",
    "4: function over@17",
    "5: function over@17",
    "7: function inner@12",
    "8: function handler@9",
    "10: class Store@22",
    "11: field Store/size@19",
    "12: field Store/#secret@3",
    "13: method Store/onClick@3",
    "14: constructor Store/constructor@3, field Store/clock@32",
    "15: property Store/open@7",
    "16: method Store/walk@10",
    "18: class Shape@16, method Shape/area@33",
    "19: interface Point@18, property Point/x@26, method Point/move@37",
    "20: type Pair@6, property Pair/left@15, method Pair/swap@29",
    "21: enum Color@6, enumerator Color/Red@14, enumerator Color/Green@19",
    "22: module outside@17, function outside/far@44",
    "23: module Deep.Er@11, constant Deep.Er/depth@34, class Deep.Er/In@58",
    "24: constant given@15",
    "25: constant table@7, method table/row@17, method table/cell@27",
  ]);
});

test("TSX: what is defined is found, what is local is not", () => {
  const text = `export const Button = ({ label }: Props) => <button type="button">{label}</button>;
export default function Page() { return <Button label="a" />; }
class Old extends Component<Props> { state = {}; render() { return <p>{this.state}</p>; } }
interface Props { label: string }
`;
  expect(outline("TSX", text)).toEqual([
    "1: function Button@14",
    "2: function Page@25",
    "3: class Old@7, field Old/state@38, method Old/render@50",
    "4: interface Props@11, property Props/label@19",
  ]);
});

test("JavaScript: what is defined is found, what is local is not", () => {
  const text = `var count = 0;
function Dog(name) { this.name = name; }
Dog.prototype.bark = function () { return "w"; };
Dog.parse = (text) => text;
Dog.LEGS = 4;
exports.make = function () {};
exports.version = "1";
module.exports = { start() {}, stop: function () {}, count };
export class Cat extends Dog { lives = 9; #mood = "m"; static of() {} constructor() { super(); } }
export const Mixin = class { mixed() {} };
export function* ids() { let id = 0; yield id; }
export default { setup() {} };
class Quoted { "in quotes"() {} }
`;
  expect(outline("JavaScript", text)).toEqual([
    "1: variable count@5",
    "2: function Dog@10",
    "3: method Dog/bark@15",
    "4: method Dog/parse@5",
    "5: property Dog/LEGS@5",
    "6: function make@9",
    "7: variable version@9",
    "8: function start@20, function stop@32",
    "9: class Cat@14, field Cat/lives@32, field Cat/#mood@43, method Cat/of@63, constructor Cat/constructor@71",
    "10: class Mixin@14, method Mixin/mixed@30",
    "11: function ids@18",
    "12: method setup@18",
    "13: class Quoted@7, method Quoted/in quotes@17",
  ]);
});
