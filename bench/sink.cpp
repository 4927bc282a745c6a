// A registry that has no blob, takes every one, and keeps none: what a push into it takes is what
// the client itself needs.
//   sink PORT    serves on 127.0.0.1:PORT
// Manifests are kept and served. Whether their blobs came, nobody asks. A thread a connection.

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <openssl/sha.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

using request_head = http::request<http::buffer_body>;
using response = http::response<http::string_body>;

std::string digest_of(const std::string& bytes) {
  unsigned char sum[SHA256_DIGEST_LENGTH];
  ::SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), sum);
  std::string text = "sha256:";
  for (const unsigned char byte : sum) {
    text += "0123456789abcdef"[byte >> 4U];
    text += "0123456789abcdef"[byte & 15U];
  }
  return text;
}

/// Manifests by what they were put as, and by their digests. Any thread.
class shelf {
public:
  struct item {
    std::string type, bytes;
  };
  void put(const std::string& reference, item manifest) {
    const std::lock_guard guard{lock_};
    manifests_[digest_of(manifest.bytes)] = manifest;
    manifests_[reference] = std::move(manifest);
  }
  item find(const std::string& reference) const {
    const std::lock_guard guard{lock_};
    const auto found = manifests_.find(reference);
    return found == manifests_.end() ? item{} : found->second;
  }

private:
  mutable std::mutex lock_;
  std::map<std::string, item> manifests_;
};

shelf manifests;
std::atomic<unsigned> sessions{0};

bool has(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

void answer_manifest(const request_head& asked, std::string body, response& to) {
  const std::string target{asked.target()};
  const auto reference = target.substr(target.rfind('/') + 1);
  if (asked.method() == http::verb::put) {
    to.result(http::status::created);
    to.set("Docker-Content-Digest", digest_of(body));
    to.set(http::field::location, target);
    manifests.put(reference, {std::string{asked[http::field::content_type]}, std::move(body)});
    return;
  }
  const auto found = manifests.find(reference);
  if (found.bytes.empty()) {
    to.result(http::status::not_found);
    return;
  }
  to.set("Docker-Content-Digest", digest_of(found.bytes));
  to.set(http::field::content_type, found.type);
  to.content_length(found.bytes.size());
  if (asked.method() != http::verb::head)
    to.body() = found.bytes;
}

/// @param taken bytes of the request's body
void answer_blob(const request_head& asked, std::uint64_t taken, response& to) {
  const std::string target{asked.target()};
  const auto uploads = target.find("/blobs/uploads/");
  if (uploads == std::string::npos) {
    to.result(http::status::not_found);
  } else if (asked.method() == http::verb::put) {
    to.result(http::status::created);
    to.set(http::field::location, target.substr(0, uploads) + "/blobs/taken");
  } else {
    // How far a session is, its own address tells.
    const auto at = target.find("?at=");
    const auto held
      = taken + (at == std::string::npos ? 0 : std::strtoull(&target[at + 4], nullptr, 10));
    const auto place
      = asked.method() == http::verb::post
          ? target.substr(0, uploads) + "/blobs/uploads/" + std::to_string(++sessions)
          : target.substr(0, at);
    to.result(http::status::accepted);
    to.set(http::field::location, place + "?at=" + std::to_string(held));
    to.set(http::field::range, "0-" + std::to_string(held == 0 ? 0 : held - 1));
  }
}

class connection {
public:
  explicit connection(tcp::socket socket) : socket_(std::move(socket)), scrap_(256 << 10) {
    socket_.set_option(tcp::no_delay{true});
  }

  void serve() {
    while (serve_one()) {
    }
  }

private:
  bool serve_one() {
    http::request_parser<http::buffer_body> parser;
    parser.body_limit(UINT64_MAX);
    error_code why;
    http::read_header(socket_, buffer_, parser, why);
    if (why)
      return false;
    auto& asked = parser.get();
    if (beast::iequals(asked[http::field::expect], "100-continue"))
      asio::write(socket_, asio::buffer(std::string{"HTTP/1.1 100 Continue\r\n\r\n"}), why);
    const auto is_manifest = has(std::string{asked.target()}, "/manifests/");
    std::string kept;
    std::uint64_t taken = 0;
    while (!parser.is_done()) {
      asked.body().data = scrap_.data();
      asked.body().size = scrap_.size();
      http::read(socket_, buffer_, parser, why);
      if (why && why != http::error::need_buffer)
        return false;
      const auto fresh = scrap_.size() - asked.body().size;
      taken += fresh;
      if (is_manifest)
        kept.append(scrap_.data(), fresh);
    }
    response answer{http::status::ok, 11};
    answer.content_length(0);
    if (is_manifest)
      answer_manifest(asked, std::move(kept), answer);
    else if (has(std::string{asked.target()}, "/blobs/"))
      answer_blob(asked, taken, answer);
    if (!answer.body().empty())
      answer.content_length(answer.body().size());
    answer.keep_alive(asked.keep_alive());
    write(asked.method() == http::verb::head, answer, why);
    return !why && asked.keep_alive();
  }

  void write(bool only_head, response& answer, error_code& why) {
    http::response_serializer<http::string_body> serializer{answer};
    if (only_head)
      http::write_header(socket_, serializer, why);
    else
      http::write(socket_, serializer, why);
  }

  tcp::socket socket_;
  beast::flat_buffer buffer_;
  std::vector<char> scrap_; ///< takes bodies
};

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: sink PORT\n";
    return 2;
  }
  try {
    asio::io_context loop;
    tcp::acceptor acceptor{
      loop, {asio::ip::address_v4::loopback(), static_cast<unsigned short>(std::atoi(argv[1]))}};
    for (;;) {
      tcp::socket socket = acceptor.accept();
      std::thread{[fresh = std::move(socket)]() mutable {
        connection{std::move(fresh)}.serve();
      }}.detach();
    }
  } catch (const std::exception& error) {
    std::cerr << "sink: " << error.what() << "\n";
    return 1;
  }
}
