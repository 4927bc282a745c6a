#include "tests/support/ollama_door.hpp"

#include "tests/support/encoding.hpp"
#include "tests/support/token_scope.hpp"

#include <algorithm>
#include <memory>
#include <regex>
#include <vector>

#include <openssl/evp.h>

namespace flotilla::test {

namespace {

constexpr const char* service = "ollama.test";

answer unauthorized(const std::string& why) {
  return registry_error(401, "UNAUTHORIZED", why);
}

/// RFC 8709 section 4: two strings, each after its length.
const std::string& key_prefix() {
  static const std::string prefix
    = std::string("\0\0\0\x0b", 4) + "ssh-ed25519" + std::string("\0\0\0\x20", 4);
  return prefix;
}

struct release {
  void operator()(EVP_PKEY* x) const {
    EVP_PKEY_free(x);
  }
  void operator()(EVP_MD_CTX* x) const {
    EVP_MD_CTX_free(x);
  }
};

const unsigned char* data_of(const std::string& bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

bool verifies(const std::string& public_key, const std::string& signature,
              const std::string& text) {
  const std::unique_ptr<EVP_PKEY, release> key(
    EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, data_of(public_key), public_key.size()));
  const std::unique_ptr<EVP_MD_CTX, release> context(EVP_MD_CTX_new());
  return key && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1
         && EVP_DigestVerify(context.get(), data_of(signature), signature.size(), data_of(text),
                             text.size())
              == 1;
}

/// Whether the names of a query's parameters stand in order.
bool is_sorted(const std::string& target) {
  static const std::regex name("[?&]([^=&]*)");
  std::vector<std::string> names;
  for (std::sregex_iterator one(target.begin(), target.end(), name), end; one != end; ++one)
    names.push_back((*one)[1]);
  return std::is_sorted(names.begin(), names.end());
}

/// The repository that a request is about; empty for none.
std::string repository_of(const seen_request& request) {
  static const std::regex in_repository("/v2/(.+)/(blobs|manifests)/.*");
  std::smatch part;
  return std::regex_match(request.path, part, in_repository) ? part[1].str() : std::string();
}

/// Whether a token that was asked for so is good for that.
bool grants(const seen_request& asked, const std::string& repository, const std::string& action) {
  for (const auto& scope : scopes_of(asked))
    if (scope.kind == "repository" && scope.name == repository)
      return std::find(scope.actions.begin(), scope.actions.end(), action) != scope.actions.end();
  return false;
}

} // namespace

std::optional<answer> ollama_door::stop(const seen_request& request) {
  const std::lock_guard guard(lock_);
  return request.path == "/v2/token" ? give_token(request) : check_token(request);
}

void ollama_door::expire_tokens() {
  const std::lock_guard guard(lock_);
  tokens_.clear();
}

answer ollama_door::give_token(const seen_request& request) {
  static const std::regex nonce("[A-Za-z0-9_-]{21}[AQgw]"); // 16 bytes fill 21 letters and 2 bits
  const auto once = request.parameter("nonce");
  const bool right = noted_.expect(request.method == "GET", request, "tokens are got by GET")
                     && noted_.expect(std::regex_match(once, nonce), request, "no fit nonce")
                     && noted_.expect(nonces_.insert(once).second, request, "its nonce is used up")
                     && noted_.expect(request.parameter("service") == service, request,
                                      "not the service of the challenge")
                     && noted_.expect(is_sorted(request.target), request, "its query is not sorted")
                     && is_signed(request);
  if (!right)
    return unauthorized("invalid token request");
  if (!is_timely(request))
    return unauthorized("this request is not of now");
  const auto token = "ollama-token-" + std::to_string(++given_);
  tokens_[token] = request;
  return {200, {{"Content-Type", "application/json"}}, R"({"token":")" + token + R"("})", {}};
}

bool ollama_door::is_signed(const seen_request& request) {
  const auto field = request.header("Authorization");
  const auto colon = std::min(field.find(':'), field.size());
  const auto key = from_base64(field.substr(0, colon)).value_or("");
  const auto signature = from_base64(field.substr(std::min(colon + 1, field.size()))).value_or("");
  const bool framed = key.size() == 51 && key.rfind(key_prefix(), 0) == 0 && signature.size() == 64;
  if (!noted_.expect(framed, request, "its Authorization is not PUBLIC KEY:SIGNATURE"))
    return false;
  const auto raw_key = key.substr(key_prefix().size());
  const auto text = "GET," + request.origin() + request.target + "," + base64(hex(sha256("")));
  return noted_.expect(verifies(raw_key, signature, text), request, "its signature is wrong")
         && (rules_.public_key.empty() || raw_key == rules_.public_key);
}

bool ollama_door::is_timely(const seen_request& request) {
  static const std::regex number("[0-9]{1,12}");
  const auto said = request.parameter("ts");
  if (!noted_.expect(std::regex_match(said, number), request, "no fit ts"))
    return false;
  const auto now = std::chrono::system_clock::now().time_since_epoch() + rules_.clock;
  const auto apart = now - std::chrono::seconds(std::stoll(said));
  return apart <= rules_.tolerance && -apart <= rules_.tolerance;
}

std::optional<answer> ollama_door::check_token(const seen_request& request) {
  const auto field = request.header("Authorization");
  noted_.expect(field.empty() || field.rfind("Bearer ollama-token-", 0) == 0, request,
                "its Authorization is not one of our tokens");
  const auto repository = repository_of(request);
  const bool reads = request.method == "GET" || request.method == "HEAD";
  const auto token = tokens_.find(field.empty() ? "" : field.substr(field.find(' ') + 1));
  if (token != tokens_.end()
      && (repository.empty() || grants(token->second, repository, reads ? "pull" : "push")))
    return std::nullopt;
  auto refusal = unauthorized("authentication required");
  refusal.headers.emplace_back(
    "WWW-Authenticate",
    "Bearer realm=\"" + request.origin() + "/v2/token\",service=\"" + service + "\""
      + (repository.empty()
           ? ""
           : ",scope=\"repository:" + repository + (reads ? ":pull\"" : ":pull,push\"")));
  return refusal;
}

} // namespace flotilla::test
