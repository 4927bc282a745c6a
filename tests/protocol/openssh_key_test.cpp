#include "protocol/openssh_key.hpp"

#include "protocol/base64.hpp"
#include "tests/support/known_key.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace flotilla::protocol {
namespace {

using namespace test::known_key;
using testing::HasSubstr;
using testing::Not;

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

/// The base64 of a file, its lines joined.
std::string joined(std::string text) {
  text = text.substr(text.find('\n') + 1);
  return replaced(text.substr(0, text.find("-----")), "\n", "");
}

std::string in_lines(const std::string& base64, std::size_t width, const char* line_end = "\n") {
  auto text = std::string{"-----BEGIN OPENSSH PRIVATE KEY-----"} + line_end;
  for (std::size_t i = 0; i < base64.size(); i += width)
    text += base64.substr(i, width) + line_end;
  return text + "-----END OPENSSH PRIVATE KEY-----" + line_end;
}

std::string number(std::uint32_t x) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes += static_cast<char>(x >> shift & 0xFFu);
  return bytes;
}

std::string string(const std::string& bytes) {
  return number(static_cast<std::uint32_t>(bytes.size())) + bytes;
}

/// A file, part by part (OpenSSH, PROTOCOL.key), right until a test changes one.
struct key_file {
  std::string secret{reinterpret_cast<const char*>(seed().data()), 32};
  std::string half{reinterpret_cast<const char*>(public_half.data()), 32};
  std::string magic{"openssh-key-v1\0", 15};
  std::string cipher = "none";
  std::string derivation = "none";
  std::string options;
  std::uint32_t keys = 1;
  std::string outer = string("ssh-ed25519") + string(half);
  std::uint32_t check = 7;
  std::uint32_t again = 7;
  std::string type = "ssh-ed25519";
  std::string inner = half;
  std::string both = secret + half;
  std::string comment;
  std::string padding = "\1\2\3\4\5";
  std::string after;

  std::string section() const {
    return number(check) + number(again) + string(type) + string(inner) + string(both)
           + string(comment) + padding;
  }
  std::string binary() const {
    return magic + string(cipher) + string(derivation) + string(options) + number(keys)
           + string(outer) + string(section()) + after;
  }
  std::string text() const {
    return in_lines(to_base64(binary()), 70);
  }
};

/// A failure that shows nothing of the file, a line of which would be a third of the secret.
void expect_failure(const std::string& text, errc code, const std::string& message) {
  const auto read = parse_openssh_key(text);
  ASSERT_FALSE(read) << message;
  EXPECT_EQ(read.error().code, code) << message;
  EXPECT_THAT(read.error().message, HasSubstr(message));
  const auto shown = read.error().message + read.error().hint;
  const auto base64 = joined(text);
  for (std::size_t i = 0; i + 8 <= base64.size(); i += 4)
    EXPECT_THAT(shown, Not(HasSubstr(base64.substr(i, 8)))) << message;
}

TEST(OpensshKey, IsReadWhoeverWroteIt) {
  const std::string text = by_ssh_keygen;
  const struct {
    const char* name;
    std::string text;
  } cases[] = {
    {"ssh-keygen", text},
    {"with a comment", with_comment},
    {"Python", by_python},
    {"lines of 64, as Go writes them", in_lines(joined(text), 64)},
    {"one line", in_lines(joined(text), 10'000)},
    {"lines of 1", in_lines(joined(text), 1)},
    {"CRLF", replaced(text, "\n", "\r\n")},
    {"CR before and blanks after lines", replaced(text, "\n", " \t\r\n")},
    {"blank lines around", "\r\n\n  " + text + "\n \r\n"},
    {"no end of line at the end", text.substr(0, text.size() - 1)},
    {"ours", key_file{}.text()},
  };
  for (const auto& x : cases) {
    const auto read = parse_openssh_key(x.text);
    ASSERT_TRUE(read) << x.name << ": " << read.error().message;
    EXPECT_EQ(read->seed, seed()) << x.name;
    EXPECT_EQ(read->public_key, public_half) << x.name;
  }
}

TEST(OpensshKey, OfAnotherKindIsRefusedWithAWayOut) {
  const struct {
    const char* text;
    const char* message;
  } cases[] = {{encrypted, "encrypted with a passphrase"}, {ecdsa, "not of the type ssh-ed25519"}};
  for (const auto& x : cases) {
    expect_failure(x.text, errc::usage, x.message);
    EXPECT_FALSE(parse_openssh_key(x.text).error().hint.empty());
  }
}

TEST(OpensshKey, IsRefusedWhereItsFrameIsNotThatOfAKey) {
  const std::string good = by_ssh_keygen;
  const auto inside = joined(good);
  const struct {
    std::string text;
    const char* message;
  } cases[] = {
    {"", "does not begin"},
    {"\n", "does not begin"},
    {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
     "public key"},
    {replaced(good, "OPENSSH ", ""), "does not begin"}, // PKCS #8
    {replaced(good, "BEGIN OPENSSH", "BEGIN openssh"), "does not begin"},
    {good.substr(0, good.size() - 10), "does not end"},
    {"-----BEGIN OPENSSH PRIVATE KEY-----", "does not end"},
    {"-----BEGIN OPENSSH PRIVATE KEY-----END OPENSSH PRIVATE KEY-----", "does not end"},
    {good + "more", "does not end"},
    {good + good, "more than base64"},
    {replaced(good, "b3Bl", "b3B*"), "more than base64"},
    {replaced(good, "b3Bl", "b3 l"), "more than base64"},
    {replaced(good, "b3Bl", std::string("b3\0l", 4)), "more than base64"},
    {replaced(good, "b3Bl", "b3B="), "not whole"},
    {in_lines(inside.substr(1), 70), "not whole"},
    {in_lines(inside.substr(0, 70), 70), "not whole"},
    {in_lines(inside + "====", 70), "not whole"},
    {in_lines("", 70), "openssh-key-v1"},
    {in_lines("AAAA", 70), "openssh-key-v1"},
    {in_lines("b3BlbnNzaC1rZXktdjEA", 70), "cut off"},
    {std::string(65'537, 'A'), "64 KiB"},
    {in_lines(std::string(65'000, 'A'), 64), "64 KiB"},
  };
  for (const auto& x : cases)
    expect_failure(x.text, errc::malformed, x.message);
}

key_file changed(void (*change)(key_file&)) {
  key_file file;
  change(file);
  return file;
}

TEST(OpensshKey, IsRefusedWhereAPartOfItIsNotRight) {
  const struct {
    void (*change)(key_file&);
    errc code;
    const char* message;
  } cases[] = {
    {[](key_file& x) { x.magic[14] = '1'; }, errc::malformed, "openssh-key-v1"},
    {[](key_file& x) { x.magic[0] = 'O'; }, errc::malformed, "openssh-key-v1"},
    {[](key_file& x) { x.cipher = "aes256-ctr"; }, errc::usage, "passphrase"},
    {[](key_file& x) { x.cipher.clear(); }, errc::usage, "passphrase"},
    {[](key_file& x) { x.derivation = "bcrypt"; }, errc::usage, "passphrase"},
    {[](key_file& x) { x.options = "salt"; }, errc::usage, "passphrase"},
    {[](key_file& x) { x.keys = 0; }, errc::usage, "holds 0 keys"},
    {[](key_file& x) { x.keys = 2; }, errc::usage, "holds 2 keys"},
    {[](key_file& x) { x.keys = 0xFFFFFFFFu; }, errc::usage, "holds 4294967295 keys"},
    {[](key_file& x) { x.outer = string("ssh-ed25518") + string(x.half); }, errc::usage, "type"},
    {[](key_file& x) { x.outer = string("ssh-ed25519"); }, errc::usage, "type"},
    {[](key_file& x) { x.outer.pop_back(); }, errc::usage, "type"},
    {[](key_file& x) { x.outer += '\0'; }, errc::usage, "type"},
    {[](key_file& x) { x.outer = string("ssh-ed25519") + string(x.half + "x"); }, errc::usage,
     "type"},
    {[](key_file& x) { x.outer[20] = 'x'; }, errc::malformed, "do not belong together"},
    {[](key_file& x) { x.inner[31] = 'x'; }, errc::malformed, "do not belong together"},
    {[](key_file& x) { x.both[63] = 'x'; }, errc::malformed, "do not belong together"},
    {[](key_file& x) { x.inner.clear(); }, errc::malformed, "do not belong together"},
    {[](key_file& x) { x.both = x.secret; }, errc::malformed, "not of the type"},
    {[](key_file& x) { x.both += x.half; }, errc::malformed, "not of the type"},
    {[](key_file& x) { x.type = "ssh-rsa"; }, errc::malformed, "not of the type"},
    {[](key_file& x) { x.again = 8; }, errc::malformed, "check numbers differ"},
    {[](key_file& x) { x.padding = "\1\2\3\4\6"; }, errc::malformed, "padding"},
    {[](key_file& x) { x.padding = std::string(5, '\0'); }, errc::malformed, "padding"},
    {[](key_file& x) { x.padding.clear(); }, errc::malformed, "padding"},
    {[](key_file& x) { x.padding = "\1\2\3\4"; }, errc::malformed, "padding"},
    {[](key_file& x) { x.padding += "\6\7\x8\x9\xA\xB\xC\xD"; }, errc::malformed, "padding"},
    {[](key_file& x) { x.after = "x"; }, errc::malformed, "longer than it says"},
  };
  for (const auto& x : cases)
    expect_failure(changed(x.change).text(), x.code, x.message);
}

TEST(OpensshKey, IsRefusedWhereverItIsCutOff) {
  const auto whole = key_file{}.binary();
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(parse_openssh_key(in_lines(to_base64(whole.substr(0, size)), 70))) << size;
}

TEST(OpensshKey, BelievesNoLength) {
  const auto whole = key_file{}.binary();
  for (const std::size_t at : {15U, 23U, 31U, 39U, 43U, 58U, 94U, 106U, 121U, 157U, 225U})
    for (const std::uint32_t lie : {0U, 1U, 0x7FFFFFFFU, 0x80000000U, 0xFFFFFFFCU, 0xFFFFFFFFU}) {
      if (whole.substr(at, 4) == number(lie))
        continue; // the truth: nothing is there
      auto damaged = whole;
      damaged.replace(at, 4, number(lie));
      EXPECT_FALSE(parse_openssh_key(in_lines(to_base64(damaged), 70))) << at << ' ' << lie;
    }
}

TEST(OpensshKey, LeavesNoSecretWhereItWas) {
  auto read = parse_openssh_key(by_ssh_keygen);
  ASSERT_TRUE(read);
  ed25519_key second{*std::move(read)};
  EXPECT_EQ(read->seed, ed25519_key{}.seed); // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(second.seed, seed());
  ed25519_key third;
  third = std::move(second);
  EXPECT_EQ(second.seed, ed25519_key{}.seed); // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(third.seed, seed());
}

TEST(OpensshKey, HasAPublicHalfAsSshWritesIt) {
  // ssh-keygen -y
  EXPECT_EQ(to_base64(ssh_public_key(*parse_openssh_key(by_ssh_keygen))),
            "AAAAC3NzaC1lZDI1NTE5AAAAIAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4");
}

} // namespace
} // namespace flotilla::protocol
