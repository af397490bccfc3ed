/** By this name we fetch, and robots.txt speaks of us. */
export const userAgentName = "Gurulog";
