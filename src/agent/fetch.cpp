#include "agent/fetch.hpp"

#include "wire/paths.hpp"

namespace flyball::agent {

void Fetch::begin(std::vector<Digest> wanted, Arrived arrived) {
  stop();
  wanted_.assign(wanted.begin(), wanted.end());
  arrived_ = std::move(arrived);
  state_ = wanted_.empty() ? State::idle : State::running;
  send_more();
}

void Fetch::stop() {
  for (const auto& [id, digest] : on_their_way_) line_.cancel(id);
  on_their_way_.clear();
  wanted_.clear();
  state_ = State::idle;
}

void Fetch::send_more() {
  while (!wanted_.empty() && on_their_way_.size() < most_at_once) {
    os::net::Request request{.target = wire::blob_path(wanted_.front())};
    on_their_way_.emplace(line_.send(std::move(request), timeout), wanted_.front());
    wanted_.pop_front();
  }
}

bool Fetch::take(const LinkAnswer& answer) {
  const auto found = on_their_way_.find(answer.id);
  if (found == on_their_way_.end()) return false;
  const auto digest = found->second;
  on_their_way_.erase(found);
  auto reply = sort(answer.response);
  line_.note(reply);
  if (reply.kind != Reply::Kind::answered) {
    fail_with(std::move(reply));
  } else if (sha256(reply.response.body) != digest) {
    fail_with({.why = text("the server sent something else than blob ", digest.short_str())});
  } else if (const auto kept = arrived_(digest, std::move(reply.response.body)); !kept) {
    fail_with({.why = kept.error().message});
  }
  if (state_ != State::running) return true;
  send_more();
  if (on_their_way_.empty()) state_ = State::idle;
  return true;
}

void Fetch::fail_with(Reply reply) {
  stop();
  failure_ = std::move(reply);
  state_ = State::failed;
}

}  // namespace flyball::agent
