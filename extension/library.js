// What the extension takes of libphonenumber-js: the metadata with every rule, so that numbers which nobody can have are told.
export { findPhoneNumbersInText, getCountries } from "libphonenumber-js/max";
