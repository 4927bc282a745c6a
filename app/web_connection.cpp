#include "app/web_connection.hpp"

#include <chrono>
#include <exception>
#include <limits>
#include <optional>
#include <sstream>
#include <utility>

namespace flotilla::app {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

namespace {

constexpr std::size_t most_head = 8 << 10; ///< bytes
constexpr std::chrono::seconds for_request{5};
constexpr std::chrono::seconds for_answer{30};
constexpr std::chrono::seconds for_parting{1};

/// A target may name the whole place, as to a proxy (RFC 9112 section 3.2.2).
beast::string_view without_place(beast::string_view target) {
  constexpr beast::string_view scheme{"http://"};
  if (target.substr(0, scheme.size()) != scheme)
    return target;
  const auto path = target.find('/', scheme.size());
  return path == beast::string_view::npos ? beast::string_view{"/"} : target.substr(path);
}

web_request requested(beast::string_view target) {
  target = without_place(target);
  const auto mark = target.find('?');
  return {std::string{target.substr(0, mark)},
          mark == beast::string_view::npos ? std::string{} : std::string{target.substr(mark + 1)}};
}

/// An admin port that fails is no reason to end a push.
web_answer answer_safely(const web_server::answerer& answer, const web_request& to) {
  try {
    return answer(to);
  } catch (const std::exception& error) {
    return text_answer(500, error.what());
  }
}

/// What is said of a request that cannot be read; nothing where nobody would hear it.
std::optional<web_answer> refusal_of(error_code why) {
  if (why == http::error::header_limit)
    return text_answer(431, "a request's head may have 8 KiB");
  const auto broken = why.category() == make_error_code(http::error::bad_target).category()
                      && why != http::error::end_of_stream && why != http::error::partial_message;
  return broken ? std::optional{text_answer(400, "this is no HTTP request")} : std::nullopt;
}

/// What a browser may do with an answer: nothing but show it, unless the answer says more.
void set_defences(http::fields& of, const web_answer& answer) {
  of.set("Content-Security-Policy",
         answer.policy.empty() ? "default-src 'none'; frame-ancestors 'none'" : answer.policy);
  of.set("X-Content-Type-Options", "nosniff");
  of.set("Referrer-Policy", "no-referrer");
  of.set(http::field::cache_control, "no-store");
}

} // namespace

web_connection::web_connection(asio::ip::tcp::socket socket, const web_server::answerer& answer)
  : stream_(std::move(socket)), answer_(answer), buffer_(most_head) {
  parser_.header_limit(most_head);
  parser_.body_limit(std::numeric_limits<std::uint64_t>::max()); // none is read
}

void web_connection::serve() {
  stream_.expires_after(for_request);
  http::async_read_header(stream_, buffer_, parser_,
                          [self = shared_from_this()](error_code why, std::size_t) {
                            auto answer = why ? refusal_of(why) : self->answer();
                            if (answer)
                              self->reply(*std::move(answer));
                          });
}

web_answer web_connection::answer() {
  const auto& request = parser_.get();
  if (request.method() == http::verb::get || request.method() == http::verb::head)
    return answer_safely(answer_, requested(request.target()));
  response_.set(http::field::allow, "GET, HEAD");
  return text_answer(405, "this can only be read");
}

void web_connection::reply(web_answer answer) {
  response_.result(static_cast<unsigned>(answer.status));
  response_.version(11);
  response_.keep_alive(false);
  response_.set(http::field::content_type, answer.type);
  set_defences(response_, answer);
  const auto only_head = parser_.get().method() == http::verb::head;
  if (answer.goes_on && !only_head)
    return begin_stream(std::move(answer));
  if (!answer.goes_on)
    response_.content_length(answer.body.size());
  if (!only_head)
    response_.body() = std::move(answer.body);
  stream_.expires_after(for_answer);
  http::async_write(stream_, response_, [self = shared_from_this()](error_code why, std::size_t) {
    if (!why)
      self->part();
  });
}

/// Its length is not known: the end of the connection is the end of the answer.
void web_connection::begin_stream(web_answer first) {
  streams_ = true;
  std::ostringstream head;
  head << response_.base();
  stream_.expires_never();
  discard();
  publish(std::make_shared<const std::string>(head.str() + first.body));
}

void web_connection::publish(const std::shared_ptr<const std::string>& event) {
  if (!streams_)
    return;
  next_ = event;
  if (!leaving_)
    send_event();
}

void web_connection::send_event() {
  leaving_ = std::exchange(next_, nullptr);
  if (!leaving_)
    return;
  stream_.expires_after(for_answer);
  asio::async_write(stream_, asio::buffer(*leaving_),
                    [self = shared_from_this()](error_code why, std::size_t) {
                      if (why)
                        return self->drop();
                      self->send_event();
                    });
}

/// Closed while bytes of the client's are unread, a connection takes the answer with it.
void web_connection::part() {
  error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream_.expires_after(for_parting);
  discard();
}

/// What a client says after its request is of no interest; but that it leaves is.
void web_connection::discard() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(most_head),
                          [self = shared_from_this()](error_code why, std::size_t) {
                            return why ? self->drop() : self->discard();
                          });
}

void web_connection::drop() {
  streams_ = false;
  stream_.close();
}

} // namespace flotilla::app
