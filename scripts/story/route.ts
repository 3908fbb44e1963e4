import type { Kept, LocalRoute } from "@clearing/local";
import { storyPage } from "./page.ts";
import { storyOf } from "./story.ts";

const path = /^\/_local\/bookings\/([^/]+)\/story$/;

/** `GET /_local/bookings/{id}/story`: a page for a browser, JSON for every other client. */
export const storyRoute =
  (kept: Kept): LocalRoute =>
  async ({ method, url, accept }) => {
    const [, bookingId] = path.exec(url.pathname) ?? [];
    if (method !== "GET" || bookingId === undefined) return null;
    const story = await storyOf(kept, bookingId);
    if (story === null) {
      const detail = `No booking ${bookingId} is kept here`;
      return { status: 404, contentType: "application/json", body: JSON.stringify({ detail }) };
    }
    return accept.includes("text/html")
      ? { status: 200, contentType: "text/html; charset=utf-8", body: storyPage(story) }
      : { status: 200, contentType: "application/json", body: JSON.stringify(story) };
  };
