// Which digits of a text are telephone numbers. The library knows how numbers are written and which exist; what
// stands around them tells prices, dates, ids and the like, which often have the digits of a number too.

import { findPhoneNumbersInText } from "./phone-numbers.js";
import { OTHER_WORDS, PHONE_WORDS, UNITS } from "./words.js";

// Seven digits with nothing but a number's punctuation between them. Cheap, and all that most texts are asked.
const WORTH_A_LOOK = /\d(?:[\s().\-–‑/\u00a0\u202f（）]{0,3}\d){6}/;

// How far before a number a word is read: "Bestellung Nummer: ".
const REACH = 32;

// Between the word and the digits: "Tel. (", "Order no. ", "Rechnung Nr.: ", "reach us on ".
const LETTER = "\\p{L}";
const LINKS = "no|nr|num(?:ber|mer|éro|ero)?|number|code|id|de|der|do|zu|us|at|on|to|is|me|unter|an|al|le|au";
const BETWEEN = `[\\s.:;,#°º=(&–-]*(?:(?:n[°º]|(?:${LINKS})(?!${LETTER}))[\\s.:#°º=(–-]*){0,3}$`;
const PHONE_BEFORE = wordsBefore(PHONE_WORDS);
const OTHER_BEFORE = wordsBefore(OTHER_WORDS);
// "Losnummer", "Loan number": of the numbers that people have, few are to be rung.
const SOME_NUMBER_BEFORE = /(?<!\p{L})(?:\p{L}{2,}(?:nummer|nr)|(?!the|our|my|new|old|this|his|her|your|contact|main|office)\p{L}{3,}\s(?:number|no|nr|n[°º]))[\s.:]*$/iu;
const UNIT_BEHIND = new RegExp(`^\\s?(?:${UNITS.join("|")})(?!${LETTER})`, "iu");

// Words of four letters and more may go on: "Bestell" stands for "Bestellnummer" too.
function wordsBefore(words) {
  const short = words.filter((word) => word.length < 4).map(escaped);
  const long = words.filter((word) => word.length >= 4).map(escaped);
  const any = `(?:(?:${short.join("|")})(?!${LETTER})|(?:${long.join("|")})${LETTER}*)`;
  return new RegExp(`(?<!${LETTER})${any}${BETWEEN}`, "iu");
}

function escaped(word) {
  return word.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

export function isWorthALook(text) {
  return WORTH_A_LOOK.test(text);
}

// Where numbers stand in `text`: [{start, end, number}], `number` in E.164, with " ext 12" behind it where the text has an
// extension. `country` is an ISO code or "", without which only numbers with a + are found.
export function findNumbers(text, country) {
  if (!isWorthALook(text)) return [];
  const options = { v2: true, extended: true, ...(country && { defaultCountry: country }) };
  // The library takes a comma for the beginning of an extension: "Madrid 28013, 915 550 123" would be one number.
  return findPhoneNumbersInText(text.replace(/,(?=\s)/g, "¦"), options)
    .map(({ startsAt, endsAt, number }) => ({ ...withoutHalfABracket(text, startsAt, endsAt), found: number }))
    .filter(({ start, end, found }) => isNumber(text, start, end, found))
    .map(({ start, end, found }) => ({ start, end, number: found.ext ? `${found.number} ext ${found.ext}` : found.number }));
}

function withoutHalfABracket(text, start, end) {
  const isOpen = /^[(（]/.test(text.slice(start, end)) && !/[)）]/.test(text.slice(start, end));
  return { start: isOpen ? start + 1 : start, end };
}

function isNumber(text, start, end, found) {
  const written = text.slice(start, end);
  const before = text.slice(Math.max(0, start - REACH), start);
  const behind = text.slice(end, end + REACH);
  if (isPartOfMore(before, behind) || UNIT_BEHIND.test(behind) || isCalendar(written)) return false;
  const isAnnounced = PHONE_BEFORE.test(before);
  if (!isAnnounced && (OTHER_BEFORE.test(before) || SOME_NUMBER_BEFORE.test(before))) return false;
  if (/^[+＋]/.test(written)) return found.isValid() || found.isPossible();
  if (isAnnounced) return found.isPossible();
  return found.isValid() && isWrittenAsANumber(written, found) && !/(?<![\p{L}\d])\p{Lu}{1,3}\d*\s$/u.test(before);
}

// Of a longer word, address, file name, decimal or chain of digits.
function isPartOfMore(before, behind) {
  return (
    /[\p{L}\d_#=@$€£/\\~*]-?$/u.test(before) ||
    /\d(?:[.,:/-]|[:/-]\s)$/.test(before) ||
    /[€$£¥]\s?$/.test(before) ||
    /^(?:[\p{L}\d_@=%]|[-/:.,]\d|-\p{L}|\.\p{L}{2,4}\b|\/\p{L})/u.test(behind)
  );
}

// Dates, years, times: their digits are seldom those of a number, but sometimes.
function isCalendar(written) {
  return (
    /(?:^|\D)(?:[0-3]?\d[./-][01]?\d|[01]?\d[./-][0-3]?\d)[./-](?:19|20)\d\d(?:\D|$)/.test(written) ||
    /^(?:19|20)\d\d[./-][01]\d[./-][0-3]\d/.test(written) ||
    /^(?:19|20)\d\d(?:[-/–](?:19|20)?\d\d)+$/.test(written)
  );
}

// Where people write a 0 in front, digits without it are something else; where they write none, groups show a number.
function isWrittenAsANumber(written, found) {
  const digits = written.replace(/\D/g, "");
  if (/^\d{1,3}[.,]\d{5,}/.test(written)) return false;
  if (found.formatNational().replace(/\D/g, "").startsWith("0") && !digits.startsWith("0")) return false;
  return digits.startsWith("0") || (/\D/.test(written) && !/^\d{1,2}\D\d{1,2}\D/.test(written));
}
