#include "protocol/blob_upload.hpp"

#include "protocol/retry.hpp"

#include <utility>

namespace flotilla::protocol {

namespace {

/// Trouble with a mount, after which the blob is better sent: some registries answer a mount that
/// they cannot do with 500.
constexpr int most_mounts = 3;

/// A 201 to a mount names the blob or its place (distribution-spec, "Mounting a blob from another
/// repository"); one that names neither, or another blob, is somebody else's.
bool is_for(const http_response& response, const digest& id) {
  auto named = named_digest(response);
  return named ? *named == id : !response.fields.value("location").empty();
}

} // namespace

blob_upload::blob_upload(blob_order order, endpoint target, bool ollama,
                         const registry_profile& known, std::optional<upload_session> resume)
  : order_(std::move(order)), target_(std::move(target)), method_(known, order_.size, order_.chunk),
    resume_(std::move(resume)), ollama_(ollama) {
}

blob_upload::step blob_upload::begin() {
  if (resume_ && !asked_)
    return begin_chunks(resume_->location, resume_->held);
  return begin_anew();
}

/// Where a session that we did not open was of no use, the registry may have the blob by now.
blob_upload::step blob_upload::begin_anew() {
  return asked_ || (ollama_ && order_.mount_from.empty()) ? open() : mount();
}

blob_upload::step blob_upload::send_body() {
  if (phase_ == phase::in_session)
    return in_chunks_ ? follow(in_chunks_->send_body()) : follow(in_ollama_->send_body());
  if (phase_ != phase::ready)
    return misuse("a body without a session");
  phase_ = phase::sending;
  http_request put{method::put,
                   closing_url(session_, order_.id),
                   {{"Content-Type", "application/octet-stream"}},
                   {},
                   {order_.path, 0, order_.size, order_.size}};
  return send{std::move(put), true};
}

blob_upload::step blob_upload::again() {
  switch (phase_) {
    case phase::mounting: return mount();
    case phase::announcing:
    case phase::opening: return open();
    case phase::in_session:
      return in_chunks_ ? follow(in_chunks_->again()) : follow(in_ollama_->again());
    case phase::settling: return settle();
    default: return misuse("nothing to try again");
  }
}

blob_upload::step blob_upload::on_outcome(const http_outcome& outcome) {
  return noted(react(outcome));
}

blob_upload::step blob_upload::react(const http_outcome& outcome) {
  switch (phase_) {
    case phase::mounting: return on_mount(outcome);
    case phase::announcing: return on_announced(outcome);
    case phase::opening: return on_opened(outcome);
    case phase::sending: return on_sent(outcome);
    case phase::in_session:
      return in_chunks_ ? follow(in_chunks_->on_outcome(outcome))
                        : follow(in_ollama_->on_outcome(outcome));
    case phase::settling: return on_settled(outcome);
    case phase::ready:
    case phase::hashing:
    case phase::ended: break;
  }
  return misuse("an answer without a question");
}

blob_upload::step blob_upload::noted(step next) {
  if (auto* done = std::get_if<confirmed>(&next);
      done != nullptr && done->how == confirmation::uploaded) {
    method_.arrived(in_chunks_.has_value());
    if (in_chunks_ && in_chunks_->resumed())
      done->how = confirmation::resumed;
  }
  if (std::holds_alternative<failure>(next) && !resumable())
    leave_session();
  if (std::holds_alternative<confirmed>(next) || std::holds_alternative<failure>(next))
    phase_ = phase::ended;
  return next;
}

blob_upload::step blob_upload::misuse(const char* how) const {
  return failure{errc::internal, what() + ": " + how, {}};
}

blob_upload::step blob_upload::on_hash(const result<digest>& of_file) {
  if (phase_ != phase::hashing)
    return misuse("a digest that nobody asked for");
  if (!of_file)
    return noted(of_file.error());
  if (*of_file != order_.id)
    return noted(failure{errc::source_invalid,
                         order_.path + " does not hold " + order_.id.to_string()
                           + ": its content is " + of_file->to_string()
                           + ", and the registry refused it",
                         "the file was changed or damaged: fetch or build the model again"});
  if (in_chunks_ && !in_chunks_->resumed()) // else two may have been at it
    method_.chunks_refused(); // it may be that they were not put together as they were sent
  return open();              // mangled on the way: one more try
}

blob_upload::step blob_upload::on_sum(const result<md5_sum>& of_part) {
  return phase_ == phase::in_session && in_ollama_ ? noted(follow(in_ollama_->on_sum(of_part)))
                                                   : misuse("a sum that nobody asked for");
}

/// What is begun anew leaves a session behind, with the registry's space for its bytes.
void blob_upload::leave_session() {
  const auto& at = in_chunks_ ? in_chunks_->session() : session_.location;
  if (!at.host.empty())
    abandoned_ = http_request{method::remove, at.to_string(), {}, {}, {}};
  in_chunks_.reset();
  session_ = {};
}

std::optional<http_request> blob_upload::take_abandoned() {
  return std::exchange(abandoned_, std::nullopt);
}

std::optional<http_request> blob_upload::give_up() {
  if (!resumable())
    leave_session();
  phase_ = phase::ended;
  return take_abandoned();
}

blob_upload::step blob_upload::open() {
  in_ollama_.reset();
  leave_session();
  record_ = {};
  asked_ = true;
  phase_ = ollama_ && announces_ ? phase::announcing : phase::opening;
  return send{phase_ == phase::opening ? target_.open_session()
                                       : target_.announce(order_.id, order_.size)};
}

blob_upload::step blob_upload::mount() {
  leave_session();
  asked_ = true;
  phase_ = phase::mounting;
  const auto& source = order_.mount_from.empty() ? target_.repository() : order_.mount_from;
  return send{target_.mount(order_.id, source)};
}

blob_upload::step blob_upload::settle() {
  phase_ = phase::settling;
  return send{target_.head_blob(order_.id)};
}

blob_upload::step blob_upload::on_mount(const http_outcome& outcome) {
  const auto* response = outcome.response();
  if (response != nullptr && response->status == 201 && is_for(*response, order_.id))
    return confirmed{order_.mount_from.empty() ? confirmation::present : confirmation::mounted};
  if (response != nullptr && response->status == 202)
    return use_session(*response);
  auto trouble = setback(outcome, what());
  if (auto* again = std::get_if<try_again>(&trouble))
    return later(std::move(*again), ++mounts_ < most_mounts ? phase::mounting : phase::opening);
  auto& why = std::get<failure>(trouble);
  if (response == nullptr && why.code != errc::unauthorized)
    return std::move(why);
  // It does not mount, or not from there: that says nothing about sending.
  mount_refused_ = true;
  return open();
}

/// One that refuses an announcement may be a registry behind whose front another has come to stand.
blob_upload::step blob_upload::on_announced(const http_outcome& outcome) {
  const auto* response = outcome.response();
  if (response != nullptr && response->status == 201
      && named_digest(*response).value_or(order_.id) == order_.id)
    return confirmed{all_sent_ ? confirmation::uploaded : confirmation::present};
  if (response != nullptr && response->status == 202) {
    auto direct = direct_storage_in(*response);
    if (!direct)
      return in_context(what(), direct.error());
    return use_ollama_session(*response, std::move(*direct));
  }
  if (response != nullptr) {
    const auto kind = classify(response->status);
    if (kind == status_class::refused || kind == status_class::absent) {
      announces_ = false;
      return open();
    }
  }
  auto trouble = setback(outcome, what());
  if (auto* again = std::get_if<try_again>(&trouble))
    return later(std::move(*again), phase::announcing);
  return std::get<failure>(std::move(trouble));
}

blob_upload::step blob_upload::on_opened(const http_outcome& outcome) {
  if (const auto* response = outcome.response(); response != nullptr && response->status == 202)
    return use_session(*response);
  auto trouble = setback(outcome, what());
  if (auto* again = std::get_if<try_again>(&trouble))
    return later(std::move(*again), phase::opening);
  return std::get<failure>(std::move(trouble));
}

blob_upload::step blob_upload::use_session(const http_response& response) {
  if (names_ollama_session(response))
    return use_ollama_session(response, std::nullopt);
  auto asked = parse_url(response.url);
  if (!asked)
    return failure{errc::internal, what() + ": " + asked.error().message, {}};
  auto session = read_session(response, *asked);
  if (!session)
    return in_context(what(), session.error());
  method_.opened(response);
  if (method_.in_chunks())
    return begin_chunks(std::move(session->location), {});
  session_ = std::move(*session);
  phase_ = phase::ready;
  return ready{};
}

blob_upload::step blob_upload::use_ollama_session(const http_response& response,
                                                  std::optional<storage_place> direct) {
  ollama_ = true;
  auto session = ollama_session_in(response);
  if (!session)
    return in_context(what(), session.error());
  if (!*session) // seen when it is busy
    return later({"session-lost", what() + ": the registry opened a session and named none", {}},
                 phase::announcing);
  in_ollama_.emplace(order_, what(), std::move(**session), std::move(direct));
  return follow(in_ollama_->begin());
}

blob_upload::step blob_upload::follow(ollama_upload::step next) {
  phase_ = phase::in_session;
  if (auto* last = std::get_if<ollama_upload::close>(&next)) {
    phase_ = phase::sending;
    all_sent_ = true;
    return send{std::move(last->request)};
  }
  if (auto* again = std::get_if<try_again>(&next))
    return later(std::move(*again), phase::in_session);
  if (auto* trouble = std::get_if<ollama_upload::anew>(&next))
    return later(std::move(trouble->why), phase::opening);
  if (auto* lost = std::get_if<ollama_upload::lost>(&next))
    return lost_session(lost->why);
  if (auto* body = std::get_if<send>(&next))
    return std::move(*body);
  if (auto* part = std::get_if<sum_part>(&next))
    return std::move(*part);
  if (auto* why = std::get_if<failure>(&next))
    return std::move(*why);
  return ready{};
}

blob_upload::step blob_upload::later(try_again why, phase then) {
  phase_ = then;
  return wait{attempt_++, std::move(why), kept()};
}

/// In doubt, all: it is counted back once it turns out otherwise.
std::uint64_t blob_upload::kept() const {
  switch (phase_) {
    case phase::settling: return order_.size;
    case phase::in_session: return in_chunks_ ? in_chunks_->stored() : in_ollama_->stored();
    default: return 0;
  }
}

std::string blob_upload::what() const {
  return "sending " + order_.id.brief() + " to " + target_.registry().origin() + '/'
         + target_.repository();
}

} // namespace flotilla::protocol
