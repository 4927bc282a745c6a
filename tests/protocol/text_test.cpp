#include "protocol/text.hpp"

#include <gtest/gtest.h>

namespace flotilla::protocol {
namespace {

using namespace std::string_view_literals;

TEST(Printable, MakesForeignTextFitToBeShown) {
  const struct {
    const char* name;
    std::string_view text;
    std::string_view shown;
  } cases[] = {
    {"nothing", "", ""},
    {"plain words", "quota exceeded", "quota exceeded"},
    {"letters beyond ASCII", "größer als 5 €, 模型 🚢", "größer als 5 €, 模型 🚢"},
    {"highest code point", "\xF4\x8F\xBF\xBF", "\xF4\x8F\xBF\xBF"},
    {"line breaks", "one\r\ntwo\n", "one two "},
    {"tab", "a\tb", "a b"},
    {"run of blanks", "a   b", "a b"},
    {"blank beside a control character", "a \x01 b", "a b"},
    {"NUL", "a\0b"sv, "a b"},
    {"delete",
     "a\x7F"
     "b",
     "a b"},
    {"escape sequence that would clear the screen", "\x1B[2Jgone", " [2Jgone"},
    {"C1 control sequence introducer, U+009B",
     "a\xC2\x9B"
     "2Jb",
     "a 2Jb"},
    {"first of C1, U+0080",
     "a\xC2\x80"
     "b",
     "a b"},
    {"no-break space just after C1, U+00A0",
     "a\xC2\xA0"
     "b",
     "a\xC2\xA0"
     "b"},
    {"line separator, U+2028", "a\u2028b", "a b"},
    {"paragraph separator, U+2029", "a\u2029b", "a b"},
    {"right-to-left override, U+202E", "a\u202Eb", "a b"},
    {"left-to-right embedding, U+202A", "a\u202Ab", "a b"},
    {"isolate, U+2066", "a\u2066b", "a b"},
    {"end of isolate, U+2069", "a\u2069b", "a b"},
    {"its neighbours stay, U+2065 is unassigned", "a\u2027\u206Ab", "a\u2027\u206Ab"},
    {"byte that no UTF-8 holds",
     "a\xFF"
     "b",
     "a?b"},
    {"continuation without a lead",
     "\x80"
     "a",
     "?a"},
    {"lead without a continuation", "\xC3(", "?("},
    {"cut short at the end", "\xE2\x82", "??"},
    {"overlong slash in two bytes", "\xC0\xAF", "??"},
    {"overlong slash in three bytes", "\xE0\x80\xAF", "???"},
    {"overlong in four bytes", "\xF0\x80\x80\xAF", "????"},
    {"surrogate", "\xED\xA0\x80", "???"},
    {"past the last code point", "\xF4\x90\x80\x80", "????"},
    {"Latin-1 text", "gr\xFC\xDF", "gr??"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(printable(c.text), c.shown);
  }
}

TEST(Printable, CutsLongTextAndNeverACodePoint) {
  const struct {
    const char* name;
    std::string_view text;
    std::size_t limit;
    std::string_view shown;
  } cases[] = {
    {"exactly the limit", "abcdef", 6, "abcdef"},
    {"one byte more", "abcdefg", 6, "abc…"},
    {"euro sign of three bytes fits", "ab€", 5, "ab€"},
    {"euro sign would be cut, and leaves no room", "ab€", 4, "a…"},
    {"euro sign gives way as a whole", "a€bcd", 6, "a…"},
    {"room for the ellipsis alone", "abcd", 3, "…"},
    {"no room for it", "abcd", 2, ""},
    {"no room at all", "a", 0, ""},
    {"a limit of nothing for nothing", "", 0, ""},
    {"blanks that vanish do not count", "a          b", 3, "a b"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(printable(c.text, c.limit), c.shown);
  }
}

TEST(Printable, IsBoundedByDefault) {
  const auto shown = printable(std::string(100'000, 'x'));
  EXPECT_EQ(shown, std::string(297, 'x') + "…");
}

TEST(Lower, ChangesAsciiOnly) {
  EXPECT_EQ(lower("WWW-Authenticate"), "www-authenticate");
  EXPECT_EQ(lower("@[`{ÄZ"), "@[`{Äz");
  EXPECT_EQ(lower(""), "");
}

TEST(EqualIgnoringCase, ComparesAsciiLettersAlone) {
  EXPECT_TRUE(equal_ignoring_case("Content-Length", "content-LENGTH"));
  EXPECT_TRUE(equal_ignoring_case("", ""));
  EXPECT_FALSE(equal_ignoring_case("a", "ab"));
  EXPECT_FALSE(equal_ignoring_case("ab", "a"));
  EXPECT_FALSE(equal_ignoring_case("[", "{")); // they differ by the bit that makes letters small
  EXPECT_FALSE(equal_ignoring_case("@", "`"));
  EXPECT_FALSE(equal_ignoring_case("Ä", "ä"));
}

TEST(Trimmed, TakesBlanksAndTabsOffBothEnds) {
  EXPECT_EQ(trimmed(" \t a b\t "), "a b");
  EXPECT_EQ(trimmed("a"), "a");
  EXPECT_EQ(trimmed(""), "");
  EXPECT_EQ(trimmed(" \t "), "");
  EXPECT_EQ(trimmed("\na\n"), "\na\n");
}

} // namespace
} // namespace flotilla::protocol
