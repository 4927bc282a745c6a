#include "protocol/registry_profile.hpp"

#include "protocol/text.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>

namespace flotilla::protocol {

namespace {

constexpr std::uint64_t mib = 1 << 20;

/// So much smaller is what is tried next: few steps from 64 MiB to nginx's 1 MiB.
constexpr std::uint64_t step_down = 4;

std::uint64_t number_in(const http_response& response, std::string_view field) noexcept {
  return whole_number<std::uint64_t>(trimmed(response.fields.value(field))).value_or(0);
}

bool ends_with(std::string_view text, std::string_view end) noexcept {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool is_google(std::string_view host) noexcept {
  return ends_with(host, ".pkg.dev") || host == "gcr.io" || ends_with(host, ".gcr.io");
}

bool is_amazon(std::string_view host) noexcept {
  const bool own = ends_with(host, ".amazonaws.com") || ends_with(host, ".amazonaws.com.cn");
  return host == "public.ecr.aws" || (own && host.find(".dkr.ecr") != std::string_view::npos);
}

bool is_azure(std::string_view host) noexcept {
  return ends_with(host, ".azurecr.io") || ends_with(host, ".azurecr.cn")
         || ends_with(host, ".azurecr.us");
}

/// One that gets a blob whole unless it refuses it so.
registry_profile whole_first(std::uint64_t chunk, std::uint64_t most) {
  registry_profile profile;
  profile.takes = chunking::unknown;
  profile.threshold = registry_profile::unlimited;
  profile.chunk = chunk;
  profile.most = most;
  return profile;
}

registry_profile amazon() {
  // Its API takes parts of 5 MiB to 20,971,520 bytes (ECR: UploadLayerPart). PATCH is answered with
  // 201, and with the end of the first chunk for ever; an empty closing PUT was seen to fail.
  auto profile = whole_first(10 * mib, 20 * mib);
  profile.least = 5 * mib;
  profile.last_chunk_in_put = true;
  profile.trust_own_offset = true;
  return profile;
}

} // namespace

const char* to_string(chunking takes) noexcept {
  switch (takes) {
    case chunking::unknown: return "unknown";
    case chunking::whole: return "whole";
    case chunking::chunks: return "chunks";
  }
  return "unknown";
}

std::uint64_t registry_profile::chunk_size() const noexcept {
  return std::max({std::min(chunk, most), least, smallest_chunk});
}

void registry_profile::note_opened(const http_response& response) noexcept {
  note_least(least_chunk_in(response));
  const auto longest = number_in(response, "OCI-Chunk-Max-Length");
  if (longest < smallest_chunk)
    return;
  most = std::min(most, longest);
  threshold = std::min(threshold, most < unlimited ? most + 1 : unlimited);
}

void registry_profile::note_least(std::uint64_t bytes) noexcept {
  least = std::max(least, bytes);
}

bool registry_profile::note_chunk_too_large(std::uint64_t bytes) noexcept {
  if (!may_chunk())
    return false;
  auto next = chunk_size();
  while (next >= bytes && next >= smallest_chunk)
    next /= step_down;
  next = std::max({next, least, smallest_chunk}); // a step may lead past what both would take
  if (next >= bytes)
    return false;
  chunk = most = next;
  return true;
}

bool registry_profile::note_blob_too_large(std::uint64_t bytes) noexcept {
  if (!note_chunk_too_large(bytes))
    return false;
  threshold = std::min(threshold, chunk + 1);
  return true;
}

void registry_profile::note_chunks_taken() noexcept {
  takes = chunking::chunks;
}

void registry_profile::note_chunks_refused() noexcept {
  if (takes == chunking::unknown)
    takes = chunking::whole;
}

void registry_profile::merge(const registry_profile& seen) noexcept {
  if (seen.takes == chunking::chunks || takes == chunking::unknown)
    takes = seen.takes;
  chunk = std::min(chunk, seen.chunk);
  threshold = std::min(threshold, seen.threshold);
  least = std::max(least, seen.least);
  most = std::min(most, seen.most);
  last_chunk_in_put |= seen.last_chunk_in_put;
  trust_own_offset |= seen.trust_own_offset;
}

bool registry_profile::operator==(const registry_profile& other) const noexcept {
  auto all = [](const registry_profile& of) {
    return std::tie(of.takes, of.chunk, of.threshold, of.least, of.most, of.last_chunk_in_put,
                    of.trust_own_offset);
  };
  return all(*this) == all(other);
}

registry_profile built_in_profile(const url& registry) {
  const std::string_view host = registry.host;
  if (is_google(host))
    return {}; // chunks are not supported, its documentation says
  if (host == "ghcr.io")
    return whole_first(4 * mib, 4 * mib); // its limit for a chunk; whole blobs have none
  if (is_amazon(host))
    return amazon();
  if (is_azure(host))
    return whole_first(16 * mib, 16 * mib); // whole is up to five times faster where it is taken
  registry_profile profile;
  profile.takes = chunking::unknown;
  return profile;
}

std::uint64_t least_chunk_in(const http_response& response) noexcept {
  return number_in(response, "OCI-Chunk-Min-Length");
}

} // namespace flotilla::protocol
