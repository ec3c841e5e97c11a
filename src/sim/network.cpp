#include "sim/network.hpp"

namespace flyball::sim {

std::uint64_t Network::send(const std::string& device, const os::net::Peer& peer, agent::LinkRequest request,
                            Deliver deliver) {
  const auto exchange = ++last_;
  const auto& link = links_[device];
  trace_.note(heap_.now(), device, " asks ", request.request.method, ' ',
              request.request.target.substr(0, request.request.target.find('?')));
  open_[exchange] = {.device = device, .id = request.id, .deliver = std::move(deliver)};
  heap_.after(request.timeout, [this, exchange, device] {
    if (!open_.contains(exchange)) return;
    tell_gone(exchange, device);
    finish(exchange, fail(Errc::timeout, "no answer from the server in time"));
  });
  if (!link.up || lost(link)) return exchange;
  heap_.after(delay(link), [this, exchange, peer, sent = request.request] { arrive(exchange, peer, sent); });
  if (random_.chance(link.doubling))
    heap_.after(delay(link), [this, peer, sent = std::move(request.request)] {
      // The second one's answer goes nowhere.
      if (server_.listening()) server_.serve(++last_, peer, sent, [](os::net::Response) {});
    });
  return exchange;
}

void Network::cancel(std::uint64_t exchange) {
  const auto it = open_.find(exchange);
  if (it == open_.end()) return;
  tell_gone(exchange, it->second.device);
  open_.erase(it);
}

void Network::device_died(const std::string& device) {
  std::erase_if(open_, [&](const auto& entry) {
    if (entry.second.device != device) return false;
    tell_gone(entry.first, device);
    return true;
  });
}

void Network::server_died() {
  for (auto& [exchange, open] : open_) {
    if (!open.at_server) continue;
    open.at_server = false;
    answer(exchange, fail(Errc::unavailable, "the connection broke"));
  }
}

Duration Network::delay(const LinkQuality& link) {
  const auto span = static_cast<std::uint64_t>((link.longest - link.shortest).count()) + 1;
  return link.shortest + Duration(static_cast<Duration::rep>(random_.below(span)));
}

void Network::arrive(std::uint64_t exchange, const os::net::Peer& peer, os::net::Request request) {
  const auto it = open_.find(exchange);
  if (it == open_.end()) return;
  if (!server_.listening()) return answer(exchange, fail(Errc::unavailable, "connection refused"));
  it->second.at_server = true;
  server_.serve(exchange, peer, std::move(request),
                [this, exchange](os::net::Response response) { answer(exchange, std::move(response)); });
}

void Network::answer(std::uint64_t exchange, Result<os::net::Response> response) {
  const auto it = open_.find(exchange);
  if (it == open_.end()) return;
  it->second.at_server = false;
  const auto& link = links_[it->second.device];
  if (!link.down || lost(link)) return;
  heap_.after(delay(link),
              [this, exchange, response = std::move(response)]() mutable { finish(exchange, std::move(response)); });
}

void Network::finish(std::uint64_t exchange, Result<os::net::Response> response) {
  const auto it = open_.find(exchange);
  if (it == open_.end()) return;
  auto open = std::move(it->second);
  open_.erase(it);
  trace_.note(heap_.now(), open.device, " hears ", response ? response->status : 0);
  open.deliver({.id = open.id, .response = std::move(response)});
}

void Network::tell_gone(std::uint64_t exchange, const std::string& device) {
  const auto it = open_.find(exchange);
  if (it == open_.end() || !it->second.at_server || !links_[device].up) return;
  heap_.after(delay(links_[device]), [this, exchange] { server_.gone(exchange); });
}

}  // namespace flyball::sim
