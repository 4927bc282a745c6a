#pragma once

#include "protocol/ollama_token.hpp"
#include "tests/support/encoding.hpp"
#include "tests/support/known_key.hpp"
#include "tests/support/memory_registry.hpp"
#include "tests/support/ollama_registry.hpp"

#include <gtest/gtest.h>
#include <httplib.h>
#include <nlohmann/json.hpp>

#include <cstring>
#include <random>

namespace flotilla::test::ollama {

inline constexpr const char* repository = "me/tiny";
inline int status_of(const httplib::Result& result) {
  return result ? result->status : -1;
}

inline protocol::ed25519_key key() {
  protocol::ed25519_key made;
  made.seed = known_key::seed();
  made.public_key = known_key::public_half;
  return made;
}

inline protocol::ollama_nonce new_nonce() {
  static std::random_device dice;
  protocol::ollama_nonce nonce;
  for (auto& byte : nonce)
    byte = static_cast<std::uint8_t>(dice());
  return nonce;
}

inline std::chrono::seconds now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
    std::chrono::system_clock::now().time_since_epoch());
}

/// The value of a header that holds a URL. httplib decodes it, so the odd parts are put back.
inline std::string url_in(const httplib::Result& answer, const char* name) {
  auto url = answer->get_header_value(name);
  for (const auto& [decoded, sent] :
       {std::pair{"key=a+b/", "key=a%2Bb%2f"}, std::pair{"sig=x/y+~~+z", "sig=x%2fy%2B~%7e+z"}})
    if (const auto at = url.find(decoded); at != std::string::npos)
      url.replace(at, std::strlen(decoded), sent);
  return url;
}

/// Speaks with an `ollama_registry` as a client of Ollama's would, blob by blob.
class speaker {
public:
  explicit speaker(const ollama_registry& there) : address_(there.address()) {
  }

  httplib::Client client() const {
    httplib::Client made{"http://" + address_};
    made.set_url_encode(false); // what is sent is what was signed
    return made;
  }
  protocol::ollama_token_request signed_request(const std::string& scope,
                                                std::chrono::seconds when = now()) const {
    const protocol::challenge asked{"bearer",
                                    {},
                                    {{"realm", "http://" + address_ + "/v2/token"},
                                     {"service", "ollama.test"},
                                     {"scope", scope}}};
    return *protocol::sign_ollama_token_request(
      asked, *protocol::parse_url("http://" + address_ + "/v2/"), key(), when, new_nonce());
  }
  httplib::Result send(const protocol::ollama_token_request& request) const {
    return client().Get(request.where.target, {{"Authorization", request.authorization}});
  }
  void log_in(const std::string& actions = "pull,push") {
    const auto got = send(signed_request(std::string("repository:") + repository + ":" + actions));
    ASSERT_EQ(status_of(got), 200);
    token_ = {"Authorization",
              "Bearer " + nlohmann::json::parse(got->body).at("token").get<std::string>()};
  }
  httplib::Headers with_token(std::initializer_list<std::pair<const std::string, std::string>> more
                              = {}) const {
    httplib::Headers headers(more);
    headers.insert(token_);
    return headers;
  }
  static std::string digest_target(const std::string& bytes) {
    return std::string("/v2/") + repository + "/blobs/" + digest_of(bytes);
  }
  httplib::Result announce(const std::string& bytes) const {
    return client().Post(
      std::string("/v2/") + repository + "/blobs/uploads/?digest=" + digest_of(bytes),
      with_token({{"X-Redirect-Uploads", "2"}, {"X-Content-Length", std::to_string(bytes.size())}}),
      "", "");
  }
  /// Path and query of a URL of this registry, or the path itself.
  std::string target(const std::string& url) const {
    const auto origin = "http://" + address_;
    return url.rfind(origin, 0) == 0 ? url.substr(origin.size()) : url;
  }
  std::string session_in(const httplib::Result& answer) const {
    return target(url_in(answer, "Docker-Upload-Location"));
  }
  httplib::Result send_part(const std::string& session, std::size_t first,
                            const std::string& bytes) const {
    const auto range = std::to_string(first) + "-" + std::to_string(first + bytes.size() - 1);
    return client().Patch(session,
                          with_token({{"X-Redirect-Uploads", "1"}, {"Content-Range", range}}),
                          bytes, "application/octet-stream");
  }
  static httplib::Result put_away(const std::string& url, const std::string& bytes,
                                  const httplib::Headers& headers = {},
                                  const char* media_type = "application/octet-stream") {
    const auto path = url.find('/', 7);
    httplib::Client storage(url.substr(0, path));
    storage.set_url_encode(false);
    return storage.Put(url.substr(path), headers, bytes, media_type);
  }
  httplib::Result finish(const std::string& session, const std::string& bytes,
                         const std::vector<std::string>& parts) const {
    std::string sums;
    for (const auto& part : parts)
      sums += md5(part);
    return client().Put(session + "&digest=" + digest_of(bytes) + "&etag=" + hex(md5(sums)) + "-"
                          + std::to_string(parts.size()),
                        with_token(), "", "");
  }

private:
  std::string address_;
  std::pair<std::string, std::string> token_;
};

} // namespace flotilla::test::ollama
