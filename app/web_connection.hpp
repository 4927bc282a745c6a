#pragma once

#include "app/web_server.hpp"

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <memory>
#include <string>

namespace flotilla::app {

/// One client of a `web_server`, on whose thread all of this runs: one request, its answer, and
/// the end, or a stream until somebody leaves. Lives while something of it is under way.
class web_connection : public std::enable_shared_from_this<web_connection> {
public:
  /// @param answer outlives it
  web_connection(boost::asio::ip::tcp::socket socket, const web_server::answerer& answer);

  void serve();
  /// To a stream; nobody else hears it.
  void publish(const std::shared_ptr<const std::string>& event);
  void drop();

private:
  web_answer answer();
  void reply(web_answer answer);
  void begin_stream(web_answer first);
  void send_event();
  void part();
  void discard();

  using tcp_stream = boost::beast::tcp_stream;

  tcp_stream stream_;
  const web_server::answerer& answer_;
  boost::beast::flat_buffer buffer_;
  boost::beast::http::request_parser<boost::beast::http::empty_body> parser_;
  boost::beast::http::response<boost::beast::http::string_body> response_;
  std::shared_ptr<const std::string> next_;    ///< event to be sent; null: none
  std::shared_ptr<const std::string> leaving_; ///< event that is being sent; null: none
  bool streams_ = false;
};

} // namespace flotilla::app
