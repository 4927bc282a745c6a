#include "transport/transfer.hpp"

#include "transport/curl_failure.hpp"
#include "transport/easy_setup.hpp"

#include <algorithm>
#include <sys/ioctl.h>
#include <utility>

#include <linux/sockios.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace flotilla::transport {

namespace {

using protocol::errc;
using protocol::failure;
using protocol::http_outcome;
using protocol::no_response;

constexpr std::chrono::milliseconds report_interval{100};
/// What curl sends itself after each portion that went past it: so it waits for the socket as ever.
constexpr std::size_t curls_share = 4 << 10;

patience patience_of(const engine_options& options) {
  return {options.stall_timeout, options.answer_timeout};
}

response_sink::limits limits_of(const engine_options& options) {
  return {options.header_limit, options.body_limit};
}

template <class T>
T info(CURL* easy, CURLINFO what) {
  T value{};
  curl_easy_getinfo(easy, what, &value);
  return value;
}

/// Of a TCP socket; -1 for anything else.
int local_port(curl_socket_t socket) {
  sockaddr_storage at{};
  socklen_t length = sizeof at;
  if (socket == CURL_SOCKET_BAD
      || ::getsockname(socket, reinterpret_cast<sockaddr*>(&at), &length) != 0)
    return -1;
  if (at.ss_family == AF_INET)
    return ntohs(reinterpret_cast<const sockaddr_in&>(at).sin_port);
  return at.ss_family == AF_INET6 ? ntohs(reinterpret_cast<const sockaddr_in6&>(at).sin6_port) : -1;
}

std::string header_limit_words(std::size_t limit) {
  return std::to_string(limit >> 10) + " KiB of headers";
}

} // namespace

transfer::transfer(order what, surroundings around, easy_handle easy)
  : order_(std::move(what)), around_(around), easy_(std::move(easy)),
    sink_(limits_of(around.options), order_.request.verb == protocol::method::head),
    clock_(patience_of(around.options), order_.request.body_length() > 0) {
  ticket_.owner = this;
  around_.gate.enter(ticket_, order_.request.lane);
}

transfer::~transfer() {
  around_.gate.leave(ticket_);
}

easy_handle transfer::give_back_handle() {
  curl_easy_reset(easy());
  return std::move(easy_);
}

std::optional<failure> transfer::prepare() {
  auto target = protocol::parse_url(order_.request.url);
  if (!target)
    return target.error();
  target_ = std::move(*target);
  auto body = body_reader::open(order_.request);
  if (!body)
    return body.error();
  body_.emplace(std::move(*body));
  auto fields = fields_for_curl(order_.request);
  if (!fields)
    return fields.error();
  fields_ = std::move(*fields);
  set_up(easy(), order_.request, target_, around_.options);
  set_callbacks();
  return std::nullopt;
}

void transfer::set_callbacks() {
  auto* curl = easy();
  curl_easy_setopt(curl, CURLOPT_PRIVATE, &wire_);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error_.data());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields_.get());
  curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, &transfer::on_begin);
  curl_easy_setopt(curl, CURLOPT_PREREQDATA, this);
  curl_easy_setopt(curl, CURLOPT_READFUNCTION, &transfer::on_read);
  curl_easy_setopt(curl, CURLOPT_READDATA, this);
  curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, &transfer::on_seek);
  curl_easy_setopt(curl, CURLOPT_SEEKDATA, this);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &transfer::on_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &transfer::on_write);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, this);
}

// ---- callbacks ----------------------------------------------------------------------------------

int transfer::on_begin(void* self, char*, char*, int, int local_port) {
  auto& t = *static_cast<transfer*>(self);
  // Curl repeats what a kept connection did not answer. But the server may have acted on a body
  // that left whole: whether to send that again is not ours to say.
  if (t.body_left_)
    return CURL_PREREQFUNC_ABORT;
  t.begun_ = true;
  t.local_port_ = local_port;
  t.clock_.begin(clock::now());
  // Curl rewinds only if bytes had gone out, and not if it had merely read them.
  t.body_->seek(0);
  t.past_curl_ = 0;
  t.sink_.forget();
  return CURL_PREREQFUNC_OK;
}

std::size_t transfer::on_read(char* to, std::size_t size, std::size_t count, void* self) {
  return static_cast<transfer*>(self)->read(to, size * count);
}

int transfer::on_seek(void* self, curl_off_t offset, int origin) {
  auto& t = *static_cast<transfer*>(self);
  if (origin != SEEK_SET || offset < 0)
    return CURL_SEEKFUNC_CANTSEEK;
  return t.body_->seek(static_cast<std::uint64_t>(offset)) ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

std::size_t transfer::on_header(char* from, std::size_t size, std::size_t count, void* self) {
  const auto length = size * count;
  return static_cast<transfer*>(self)->header({from, length}) ? length : 0;
}

std::size_t transfer::on_write(char* from, std::size_t size, std::size_t count, void* self) {
  const auto length = size * count;
  return static_cast<transfer*>(self)->sink_.body({from, length}) ? length : 0;
}

std::size_t transfer::read(char* to, std::size_t room) {
  // The server has said all it will say, and does not want the rest.
  if (is_answered() && sink_.complete())
    return CURL_READFUNC_ABORT;
  if (may_bypass_curl() && send_past_curl() > 0)
    room = std::min(room, curls_share);
  const auto want = std::min<std::uint64_t>(room, body_->remaining());
  if (want == 0)
    return 0;
  const auto now = clock::now();
  const auto allowed = around_.gate.ask(ticket_, want, now);
  if (allowed == 0)
    return CURL_READFUNC_PAUSE;
  const auto got = body_->read(to, static_cast<std::size_t>(allowed));
  if (!got)
    return CURL_READFUNC_ABORT;
  note_read(*got, now);
  return *got;
}

/// On a connection that carries the bytes as they are, the next ones may go the short way, which
/// spares two copies; but only when all that curl has read is with the system, and the head with
/// it: curl asks for more of the body earlier than that.
bool transfer::may_bypass_curl() const {
  const bool direct = protocol::is_loopback(target_.host) || around_.proxies.http.empty();
  if (target_.secure || !direct || around_.gate.limits(ticket_))
    return false;
  const auto by_curl = written() - past_curl_;
  return by_curl > 0 && by_curl == body_->position() - past_curl_;
}

std::uint64_t transfer::send_past_curl() {
  const auto socket = connection();
  const auto sent = socket == CURL_SOCKET_BAD ? 0 : body_->send_cached(socket);
  past_curl_ += sent;
  around_.meters.body_bytes.fetch_add(sent, std::memory_order_relaxed);
  return sent;
}

std::uint64_t transfer::written() const {
  return past_curl_ + static_cast<std::uint64_t>(info<curl_off_t>(easy(), CURLINFO_SIZE_UPLOAD_T));
}

void transfer::note_read(std::size_t bytes, time_point now) {
  auto& meters = around_.meters;
  meters.body_bytes.fetch_add(bytes, std::memory_order_relaxed);
  const auto spent = body_->disk_time() - std::exchange(disk_time_, body_->disk_time());
  meters.disk_nanoseconds.fetch_add(spent.count(), std::memory_order_relaxed);
  const bool last = body_->remaining() == 0;
  if (last) {
    body_left_ = true;
    clock_.body_read(now);
  }
  if (order_.sent && (last || now - reported_ >= report_interval)) {
    reported_ = now;
    order_.sent(body_->position());
  }
}

bool transfer::header(std::string_view line) {
  if (!sink_.header(line))
    return false;
  if (sink_.status() == 0)
    return true;
  clock_.answer_begun(clock::now());
  // Curl stops sending now, but sees its end only when it is not paused.
  if (is_answered())
    around_.gate.excuse(ticket_);
  return true;
}

// ---- how it ends --------------------------------------------------------------------------------

/// A success may be believed only at its end. What redirects or refuses counts at once, whatever
/// becomes of the connection after it.
bool transfer::is_answered() const noexcept {
  return sink_.status() >= 300;
}

bool transfer::try_again_after(CURLcode code) {
  const bool kept = info<long>(easy(), CURLINFO_NUM_CONNECTS) == 0;
  if (code != CURLE_SEND_ERROR || !kept || tried_again_ || sink_.received() > 0)
    return false;
  tried_again_ = true;
  body_left_ = false; // read to its end, but the end did not leave
  error_.front() = '\0';
  curl_easy_setopt(easy(), CURLOPT_FRESH_CONNECT, 1L);
  return true;
}

/// CURLINFO_ACTIVESOCKET would name the connection of the handle's last transfer.
curl_socket_t transfer::connection() const {
  return local_port(wire_.socket) == local_port_ ? wire_.socket : CURL_SOCKET_BAD;
}

std::uint64_t transfer::queued_bytes() const {
  const auto socket = connection();
  int queued = 0;
  if (socket == CURL_SOCKET_BAD || ::ioctl(socket, SIOCOUTQ, &queued) != 0)
    return 0;
  return static_cast<std::uint64_t>(queued);
}

progress_clock::verdict transfer::check(time_point now) {
  progress_clock::traffic seen;
  seen.written = written();
  seen.queued = queued_bytes();
  seen.received = sink_.received();
  return clock_.check(now, seen, ticket_.waiting);
}

void transfer::count_connections() {
  const auto opened = info<long>(easy(), CURLINFO_NUM_CONNECTS);
  around_.meters.connections.fetch_add(static_cast<std::uint64_t>(opened),
                                       std::memory_order_relaxed);
}

http_outcome transfer::outcome(CURLcode code) {
  if (body_->error())
    return outcome(*body_->error());
  // Curl's own limit for a single line is 100 KiB, and it calls that a lack of memory.
  if (sink_.headers_too_long() || (begun_ && code == CURLE_OUT_OF_MEMORY))
    return outcome(failure{errc::refused,
                           authority(target_) + " sent more than "
                             + header_limit_words(around_.options.header_limit),
                           {}});
  if (code == CURLE_OK || is_answered() || sink_.cut())
    return {sink_.take()};
  return outcome(reason(code));
}

http_outcome transfer::outcome(progress_clock::verdict verdict) {
  if (is_answered())
    return {sink_.take()};
  const auto where = authority(target_);
  const auto limit = in_words(clock_.answer_limit());
  std::string what
    = "no byte moved between " + where + " and us for " + in_words(around_.options.stall_timeout);
  if (verdict == progress_clock::verdict::unanswered)
    what = where + " did not answer within " + limit;
  if (verdict == progress_clock::verdict::endless)
    what = where + " did not finish its answer within " + limit;
  return outcome(failure{errc::unavailable, std::move(what), {}});
}

http_outcome transfer::outcome(failure why) const {
  no_response none;
  none.why = std::move(why);
  none.body_sent = body_left_ ? order_.request.body_length() : body_ ? body_->position() : 0;
  none.body_complete = body_left_ || (begun_ && body_->remaining() == 0);
  return {std::move(none)};
}

failure transfer::reason(CURLcode code) const {
  curl_report report;
  report.code = code;
  report.detail = error_.data();
  report.os_error = static_cast<int>(info<long>(easy(), CURLINFO_OS_ERRNO));
  report.verify_result = info<long>(easy(), CURLINFO_SSL_VERIFYRESULT);
  report.early
    = info<long>(easy(), CURLINFO_NUM_CONNECTS) > 0 && sink_.received() == 0 && written() == 0;
  const bool direct = protocol::is_loopback(target_.host);
  return explain(report, {target_, around_.options.tls, around_.options.connect_timeout,
                          direct ? std::string_view{} : around_.proxies.towards(target_)});
}

} // namespace flotilla::transport
