/** How a share's ticker is written everywhere in folios: 1 to 10 capital letters, digits, dots or dashes. */
export const TICKER_PATTERN = /^[A-Z][A-Z0-9.-]{0,9}$/;
