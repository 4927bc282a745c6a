#include "actors/publisher.hpp"

#include "protocol/broken_record.hpp"

#include <algorithm>

namespace flotilla::actors {

using protocol::presence;

namespace {

using judge_of_look
  = protocol::verdict<presence>(const protocol::http_outcome&, const protocol::endpoint&,
                                const std::string&, const protocol::digest&);

/// @param at outlives the answer
auto manifest_judge(judge_of_look* judge, const protocol::endpoint& at, std::string reference,
                    protocol::digest id) {
  return protocol::unless_broken(
    [judge, &at, reference = std::move(reference), id](const protocol::http_outcome& outcome) {
      return judge(outcome, at, reference, id);
    });
}

} // namespace

void publisher_state::wire(gateway_actor gateway, publication what, publisher_news tell) {
  what_ = std::move(what);
  progress_ = std::move(tell.progress);
  questions.wire(self_, std::move(gateway), std::move(tell.setback));
}

/// The first tag may say all at once: that the manifest is there, that the tag need not be put, and
/// if it is read, that the registry serves it.
caf::result<bool> publisher_state::look() {
  looked_ = self_->make_response_promise<bool>();
  if (what_.tags.empty())
    look_for_digest();
  else
    look_for_tag();
  return looked_;
}

void publisher_state::look_for_tag() {
  const auto& tag = what_.tags.front();
  const auto read = what_.is_read_back;
  questions.ask<presence>(
    read ? what_.at.get_manifest(tag) : what_.at.head_manifest(tag),
    manifest_judge(read ? protocol::judge_manifest_look : protocol::judge_manifest_head, what_.at,
                   tag, what_.plan->top().id),
    [this, read](const protocol::result<presence>& found) {
      tag_was_there_ = found && *found == presence::present;
      if (found && !tag_was_there_)
        return look_for_digest();
      if (tag_was_there_ && read)
        served_ = self_->clock().now();
      know(found);
    });
}

void publisher_state::look_for_digest() {
  const auto& id = what_.plan->top().id;
  questions.ask<presence>(
    what_.at.head_manifest(id.to_string()),
    manifest_judge(protocol::judge_manifest_head, what_.at, id.to_string(), id),
    [this](const protocol::result<presence>& found) { know(found); });
}

void publisher_state::know(const protocol::result<presence>& found) {
  was_there_ = found && *found == presence::present;
  if (found)
    looked_.deliver(was_there_);
  else
    looked_.deliver(to_error(found.error()));
}

/// In reverse, so that the next one is at the back. What has a tag is there by its digest, too.
std::vector<publisher_state::item> publisher_state::items() const {
  std::vector<item> all;
  const auto top = what_.plan->manifests.size() - 1;
  for (std::size_t i = 0; i < top; ++i)
    all.push_back({i, what_.plan->manifests[i].id.to_string()});
  if (what_.tags.empty())
    all.push_back({top, what_.plan->top().id.to_string()});
  for (const auto& tag : what_.tags)
    all.push_back({top, tag});
  std::reverse(all.begin(), all.end());
  return all;
}

caf::result<publisher_state::tags> publisher_state::publish(bool trusting) {
  was_there_ &= trusting;
  tag_was_there_ &= trusting;
  published_ = self_->make_response_promise<tags>();
  put_next(items());
  return published_;
}

void publisher_state::put_next(std::vector<item> rest) {
  progress_();
  if (rest.empty()) {
    published_.deliver(what_.tags);
    return;
  }
  auto next = std::move(rest.back());
  rest.pop_back();
  const auto tagged = tag_was_there_ && next.reference == what_.tags.front();
  if (tagged || (was_there_ && next.reference == what_.plan->top().id.to_string()))
    put_next(std::move(rest));
  else if (was_there_)
    put_unless_there(std::move(next), std::move(rest));
  else
    put(next, std::move(rest));
}

/// What is there already need not be put, and a tag that is immutable must not be.
void publisher_state::put_unless_there(item next, std::vector<item> rest) {
  auto request = what_.at.head_manifest(next.reference);
  auto judge = manifest_judge(protocol::judge_manifest_head, what_.at, next.reference,
                              what_.plan->manifests[next.manifest].id);
  questions.ask<presence>(std::move(request), std::move(judge),
                          [this, next = std::move(next), rest = std::move(rest)](
                            const protocol::result<presence>& found) mutable {
                            if (found && *found == presence::present)
                              put_next(std::move(rest));
                            else
                              put(next, std::move(rest));
                          });
}

void publisher_state::put(const item& next, std::vector<item> rest) {
  const auto& manifest = what_.plan->manifests[next.manifest];
  served_.reset();
  questions.ask<std::monostate>(
    what_.at.put_manifest(next.reference, manifest.media_type, manifest.bytes),
    [this, next, id = manifest.id](const protocol::http_outcome& outcome) {
      return judge_manifest_put(outcome, what_.at, next.reference, id);
    },
    [this, rest = std::move(rest)](const protocol::result<std::monostate>& taken) mutable {
      if (taken)
        put_next(std::move(rest));
      else
        published_.deliver(to_error(taken.error()));
    });
}

caf::result<publisher_state::differences> publisher_state::verify() {
  verified_ = self_->make_response_promise<differences>();
  found_.clear();
  auto all = items();
  if (served_ && self_->clock().now() - *served_ < still_true)
    all.erase(std::find_if(all.begin(), all.end(), [this](const item& one) {
      return one.reference == what_.tags.front();
    }));
  compare(std::move(all));
  return verified_;
}

void publisher_state::compare(std::vector<item> rest) {
  progress_();
  if (rest.empty()) {
    verified_.deliver(std::move(found_));
    return;
  }
  auto next = std::move(rest.back());
  rest.pop_back();
  questions.ask<std::monostate>(
    what_.at.get_manifest(next.reference),
    [this, next,
     id = what_.plan->manifests[next.manifest].id](const protocol::http_outcome& outcome) {
      return judge_manifest_get(outcome, what_.at, next.reference, id);
    },
    [this, rest = std::move(rest)](const protocol::result<std::monostate>& same) mutable {
      if (!same && same.error().code != protocol::errc::differs) {
        verified_.deliver(to_error(same.error()));
        return;
      }
      if (!same)
        found_.push_back(same.error());
      compare(std::move(rest));
    });
}

publisher_state::interface::behavior_type publisher(publisher_state::pointer self,
                                                    gateway_actor gateway, publication what,
                                                    publisher_news tell) {
  self->state.wire(std::move(gateway), std::move(what), std::move(tell));
  return {
    [self](atom::look) { return self->state.look(); },
    [self](atom::publish, bool trusting) { return self->state.publish(trusting); },
    [self](atom::verify) { return self->state.verify(); },
    [self](atom::again, std::uint32_t ticket) { self->state.questions.again(ticket); },
  };
}

} // namespace flotilla::actors
