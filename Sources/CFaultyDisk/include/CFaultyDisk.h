/* It is loaded, not called. */
