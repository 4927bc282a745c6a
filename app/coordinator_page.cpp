#include "app/coordinator_page.hpp"

#include "app/page_files.hpp"
#include "app/report.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace flotilla::app {

namespace {

constexpr std::chrono::seconds interest{10}; ///< in a map, after somebody has looked at it

/// Whatever a push is called, nothing of it runs: scripts come from the program alone.
constexpr const char* page_policy
  = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

web_answer file(const char* type, std::string_view content) {
  return {200, std::string{type} + "; charset=utf-8", std::string{content}, page_policy};
}

} // namespace

std::optional<web_answer> coordinator_page::answer(const web_request& to) {
  if (to.path == "/")
    return file("text/html", page::index_html);
  if (to.path == "/page.css")
    return file("text/css", page::page_css);
  if (to.path == "/page.js")
    return file("text/javascript", page::page_js);
  if (to.path == "/blobs")
    return map_of(to);
  if (to.path != "/events")
    return std::nullopt;
  const std::lock_guard guard{lock_};
  return web_answer{200, "text/event-stream", "retry: 1000\n" + event_, {}, true};
}

/// Ids have no character that a query would have to escape.
web_answer coordinator_page::map_of(const web_request& to) {
  constexpr std::string_view key = "push=";
  const std::lock_guard guard{lock_};
  const auto id = to.query.substr(0, key.size()) == key ? to.query.substr(key.size()) : "";
  const auto found = maps_.find(id);
  if (found == maps_.end())
    return text_answer(404, "there is no such push; ask for /blobs?push=ID");
  auto& [map, looked_at] = found->second;
  looked_at = clock::now();
  return {
    200, "application/json",
    render({{"push", id}, {"blobs", map.blobs}, {"per_cell", map.per_cell}, {"map", map.cells}})
      + '\n'};
}

std::string coordinator_page::show(std::string state) {
  const std::lock_guard guard{lock_};
  return event_ = "data: " + std::move(state) + "\n\n";
}

void coordinator_page::keep_only(const std::vector<std::string>& pushes) {
  const std::lock_guard guard{lock_};
  std::map<std::string, kept_map> kept;
  for (const auto& id : pushes)
    kept.emplace(id, std::move(maps_[id]));
  maps_ = std::move(kept);
}

std::vector<std::string> coordinator_page::wanted() const {
  const auto since = clock::now() - interest;
  const std::lock_guard guard{lock_};
  std::vector<std::string> all;
  for (const auto& [id, kept] : maps_)
    if (kept.looked_at != clock::time_point{} && kept.looked_at > since)
      all.push_back(id);
  return all;
}

void coordinator_page::take_map(const std::string& push, protocol::blob_map map) {
  const std::lock_guard guard{lock_};
  if (auto found = maps_.find(push); found != maps_.end())
    found->second.map = std::move(map);
}

} // namespace flotilla::app
