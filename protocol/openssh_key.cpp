#include "protocol/openssh_key.hpp"

#include "protocol/base64.hpp"

#include <algorithm>
#include <optional>

#include <openssl/crypto.h>

namespace flotilla::protocol {

namespace {

using std::string_view;

constexpr std::size_t most_text_bytes = 64 << 10;
constexpr string_view first_line = "-----BEGIN OPENSSH PRIVATE KEY-----";
constexpr string_view last_line = "-----END OPENSSH PRIVATE KEY-----";
constexpr string_view magic{"openssh-key-v1\0", 15};
constexpr string_view key_type = "ssh-ed25519";
constexpr std::size_t block = 8; ///< bytes: what the private section is filled up to

/// What is wiped when it goes.
struct secret_text {
  std::string bytes;

  explicit secret_text(std::string its_bytes) : bytes(std::move(its_bytes)) {
  }
  secret_text(const secret_text&) = delete;
  secret_text& operator=(const secret_text&) = delete;
  ~secret_text() {
    OPENSSL_cleanse(bytes.data(), bytes.size());
  }
};

failure malformed(const std::string& why) {
  return {errc::malformed, "no usable private key: " + why,
          "the file must be one that `ollama serve` or `ssh-keygen -t ed25519` has written"};
}

failure unsupported(const std::string& why, const std::string& hint) {
  return {errc::usage, "the private key cannot be used: " + why, hint};
}

/// Reads numbers and strings of the SSH protocol (RFC 4251 section 5) off the front.
class reader {
public:
  explicit reader(string_view bytes) : rest_(bytes) {
  }

  std::optional<string_view> take(std::size_t size) {
    if (size > rest_.size())
      return std::nullopt;
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::optional<std::uint32_t> number() {
    const auto bytes = take(4);
    if (!bytes)
      return std::nullopt;
    std::uint32_t value = 0;
    for (const char c : *bytes)
      value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  std::optional<string_view> string() {
    const auto size = number();
    return size ? take(*size) : std::nullopt;
  }
  string_view rest() const noexcept {
    return rest_;
  }

private:
  string_view rest_;
};

bool is_base64(string_view line) {
  return std::all_of(line.begin(), line.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+'
           || c == '/' || c == '=';
  });
}

/// Groups of four, filled up at the end alone. Checked here because `from_base64` does not wipe
/// what it has decoded when it gives up.
bool is_whole(string_view base64) {
  return base64.size() % 4 == 0 && std::min(base64.find('='), base64.size()) + 2 >= base64.size();
}

string_view without_line_ends(string_view text) {
  const auto first = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  const auto last = text.find_last_not_of(" \t\r\n");
  return last == string_view::npos ? string_view{} : text.substr(first, last + 1 - first);
}

/// The base64 between the first and the last line, without the ends of its lines.
result<std::string> armoured(string_view text) {
  if (text.size() > most_text_bytes)
    return malformed("it is longer than 64 KiB");
  text = without_line_ends(text);
  if (text.substr(0, key_type.size()) == key_type)
    return malformed("this is a public key");
  if (text.substr(0, first_line.size()) != first_line)
    return malformed("it does not begin with the line `" + std::string{first_line} + '`');
  text.remove_prefix(first_line.size());
  if (text.size() < last_line.size() || text.substr(text.size() - last_line.size()) != last_line)
    return malformed("it does not end with the line `" + std::string{last_line}
                     + "`: has it been cut off?");
  text.remove_suffix(last_line.size());
  secret_text joined{{}};
  joined.bytes.reserve(text.size()); // growing would leave copies behind
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = without_line_ends(text.substr(0, end));
    if (!is_base64(line))
      return malformed("between its first and last line there is more than base64");
    joined.bytes.append(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (!is_whole(joined.bytes))
    return malformed("its base64 is not whole: has a part been lost?");
  return std::move(joined.bytes);
}

/// The key's half of an SSH public key. @returns nothing for one of another type.
std::optional<string_view> public_half(string_view ssh_key) {
  reader from{ssh_key};
  const auto type = from.string();
  const auto half = from.string();
  if (!type || *type != key_type || !half || half->size() != ed25519_key::size
      || !from.rest().empty())
    return std::nullopt;
  return half;
}

/// 1, 2, 3, … and fewer of them than would fill a block.
bool is_padding(string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i)
    if (static_cast<unsigned char>(bytes[i]) != i + 1)
      return false;
  return bytes.size() < block;
}

void copy(string_view from, std::array<std::uint8_t, ed25519_key::size>& to) {
  std::copy(from.begin(), from.end(), to.begin());
}

result<ed25519_key> parse_private_section(string_view section, string_view expected_public) {
  reader from{section};
  const auto check = from.number();
  const auto again = from.number();
  const auto type = from.string();
  const auto half = from.string();
  const auto both = from.string();
  const auto comment = from.string();
  if (!check || !again || !type || !half || !both || !comment)
    return malformed("its private section is cut off");
  if (*check != *again)
    return malformed("its two check numbers differ: it is damaged");
  if (*type != key_type || both->size() != 2 * ed25519_key::size)
    return malformed("its private part is not of the type that its public part has");
  if (*half != expected_public || both->substr(ed25519_key::size) != expected_public)
    return malformed("its public and its private part do not belong together");
  if (section.size() % block != 0 || !is_padding(from.rest()))
    return malformed("its padding is not 1, 2, 3, … up to a multiple of 8 bytes");
  ed25519_key key;
  copy(both->substr(0, ed25519_key::size), key.seed);
  copy(expected_public, key.public_key);
  return {std::move(key)};
}

result<ed25519_key> parse_binary(string_view bytes) {
  reader from{bytes};
  const auto begin = from.take(magic.size());
  const auto cipher = from.string();
  const auto derivation = from.string();
  const auto derivation_options = from.string();
  const auto keys = from.number();
  if (!begin || *begin != magic)
    return malformed("its content does not begin with `openssh-key-v1`");
  if (!cipher || !derivation || !derivation_options || !keys)
    return malformed("its head is cut off");
  if (*cipher != "none" || *derivation != "none" || !derivation_options->empty())
    return unsupported("it is encrypted with a passphrase",
                       "`ssh-keygen -p -f FILE` takes the passphrase off; better make that a copy");
  if (*keys != 1)
    return unsupported("the file holds " + std::to_string(*keys) + " keys where one belongs", {});
  const auto ssh_key = from.string();
  const auto section = from.string();
  if (!ssh_key || !section || !from.rest().empty())
    return malformed("it is cut off, or longer than it says");
  const auto half = public_half(*ssh_key);
  if (!half)
    return unsupported("it is not of the type ssh-ed25519, the only one that Ollama's registry"
                       " knows",
                       "`ollama serve` makes the right one as ~/.ollama/id_ed25519");
  return parse_private_section(*section, *half);
}

} // namespace

ed25519_key::ed25519_key(ed25519_key&& other) noexcept
  : seed(other.seed), public_key(other.public_key) {
  OPENSSL_cleanse(other.seed.data(), size);
}

ed25519_key& ed25519_key::operator=(ed25519_key&& other) noexcept {
  if (this != &other) {
    seed = other.seed;
    public_key = other.public_key;
    OPENSSL_cleanse(other.seed.data(), size);
  }
  return *this;
}

ed25519_key::~ed25519_key() {
  OPENSSL_cleanse(seed.data(), size);
}

std::string ssh_public_key(const ed25519_key& key) {
  const auto string = [](string_view bytes) {
    return std::string(3, '\0') + static_cast<char>(bytes.size()) + std::string{bytes};
  };
  return string(key_type)
         + string({reinterpret_cast<const char*>(key.public_key.data()), key.public_key.size()});
}

std::string ssh_public_text(const ed25519_key& key) {
  return to_base64(ssh_public_key(key));
}

result<ed25519_key> parse_openssh_key(string_view text) {
  auto base64 = armoured(text);
  if (!base64)
    return base64.error();
  const secret_text written{*std::move(base64)};
  auto decoded = from_base64(written.bytes);
  if (!decoded)
    return malformed(decoded.error().message);
  const secret_text bytes{*std::move(decoded)};
  return parse_binary(bytes.bytes);
}

} // namespace flotilla::protocol
