#include "protocol/ollama_token.hpp"

#include "protocol/base64.hpp"
#include "protocol/digest.hpp"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/evp.h>

namespace flotilla::protocol {

namespace {

using parameters = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t most_url_bytes = 8 << 10; ///< as `parse_url` has it
constexpr std::size_t signature_size = 64;

struct release {
  void operator()(EVP_PKEY* x) const {
    EVP_PKEY_free(x);
  }
  void operator()(EVP_MD_CTX* x) const {
    EVP_MD_CTX_free(x);
  }
};

int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// Undoes `+` and `%XX`; a percent sign before anything else stands for itself.
std::string query_decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (text[i] == '%' && high >= 0 && low >= 0) {
      plain += static_cast<char>(high << 4 | low);
      i += 2;
    } else {
      plain += text[i] == '+' ? ' ' : text[i];
    }
  }
  return plain;
}

/// As Go's url.QueryEscape, which the other side rebuilds the URL with: stricter than
/// `percent_encoded`.
std::string query_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (c == ' ')
      encoded += '+';
    else if (c == ':')
      encoded += "%3A";
    else if (c == '/')
      encoded += "%2F";
    else
      encoded += percent_encoded({&c, 1});
  }
  return encoded;
}

/// Cuts off and returns what comes before the next `mark`.
std::string_view take_until(char mark, std::string_view& text) {
  const auto end = std::min(text.find(mark), text.size());
  const auto part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

/// Cuts the query off `target`.
parameters take_query(std::string& target) {
  const auto mark = std::min(target.find('?'), target.size());
  const auto query = target.substr(mark);
  target.resize(mark);
  parameters all;
  auto rest = std::string_view{query};
  take_until('?', rest);
  while (!rest.empty()) {
    auto value = take_until('&', rest);
    const auto name = take_until('=', value);
    if (!name.empty() || !value.empty())
      all.emplace_back(query_decoded(name), query_decoded(value));
  }
  return all;
}

/// Sorted by name; those of one name keep their order.
std::string rendered(parameters all) {
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string query;
  for (const auto& [name, value] : all)
    query += (query.empty() ? "?" : "&") + query_encoded(name) + '=' + query_encoded(value);
  return query;
}

/// RFC 4648 section 5, without padding.
std::string nonce_text(const ollama_nonce& nonce) {
  auto text = to_base64({reinterpret_cast<const char*>(nonce.data()), nonce.size()});
  text.resize(text.find_last_not_of('=') + 1);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

/// Nothing to refuse, or why that realm gets no signature.
failure check_realm(const url& realm, const url& registry) {
  const auto refused = [&](const char* why) {
    return failure{errc::refused,
                   registry.origin() + " names the token server " + realm.redacted() + ", " + why,
                   "requests signed by an Ollama key go to the registry itself, by https"};
  };
  if (realm.host != registry.host || realm.port != registry.port)
    return refused("which is another host");
  if (!realm.secure && (registry.secure || !is_loopback(realm.host)))
    return refused("which would be asked in the clear");
  return {};
}

/// What the request's empty body is known by: the base64 of the hex digits of its SHA-256.
std::string empty_body() {
  return to_base64(digest::of({}).hex());
}

/// @returns 64 bytes.
result<std::string> signed_by(const ed25519_key& key, const std::string& text) {
  const std::unique_ptr<EVP_PKEY, release> pair{
    EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, key.seed.data(), key.seed.size())};
  std::array<std::uint8_t, ed25519_key::size> derived{};
  std::size_t size = derived.size();
  if (!pair || EVP_PKEY_get_raw_public_key(pair.get(), derived.data(), &size) != 1)
    return failure{errc::internal, "OpenSSL takes no Ed25519 key", {}};
  if (derived != key.public_key)
    return failure{
      errc::malformed, "no usable private key: its public part is not that of its secret part", {}};
  const std::unique_ptr<EVP_MD_CTX, release> context{EVP_MD_CTX_new()};
  std::string signature(signature_size, '\0');
  size = signature.size();
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, pair.get()) != 1
      || EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                        reinterpret_cast<const unsigned char*>(text.data()), text.size())
           != 1
      || size != signature.size())
    return failure{errc::internal, "OpenSSL does not sign with an Ed25519 key", {}};
  return signature;
}

/// The challenge's service and scopes, the time and the nonce, into the realm's query.
void ask_for(const challenge& bearer, std::chrono::seconds now, const ollama_nonce& nonce,
             url& realm) {
  auto query = take_query(realm.target);
  if (const auto service = bearer.parameter("service"); !service.empty())
    query.emplace_back("service", service);
  auto scopes = bearer.parameter("scope");
  while (!scopes.empty())
    if (const auto scope = take_until(' ', scopes); !scope.empty())
      query.emplace_back("scope", scope);
  query.emplace_back("ts", std::to_string(now.count()));
  query.emplace_back("nonce", nonce_text(nonce));
  realm.target += rendered(std::move(query));
}

} // namespace

result<ollama_token_request> sign_ollama_token_request(const challenge& bearer, const url& registry,
                                                       const ed25519_key& key,
                                                       std::chrono::seconds now,
                                                       const ollama_nonce& nonce) {
  auto realm = parse_url(bearer.parameter("realm"));
  if (!realm)
    return failure{errc::malformed,
                   registry.origin()
                     + " names a token server that cannot be asked: " + realm.error().message,
                   {}};
  if (auto refused = check_realm(*realm, registry); refused.code != errc::none)
    return refused;
  const auto named = realm->redacted();
  ask_for(bearer, now, nonce, *realm);
  const auto text = realm->to_string();
  if (text.size() > most_url_bytes)
    return failure{errc::refused,
                   registry.origin() + " names the token server " + named
                     + ": with service and scopes its URL would be longer than 8 KiB",
                   {}};
  const auto signature = signed_by(key, "GET," + text + ',' + empty_body());
  if (!signature)
    return signature.error();
  return ollama_token_request{*std::move(realm),
                              ssh_public_text(key) + ':' + to_base64(*signature)};
}

} // namespace flotilla::protocol
